import "../islands/forms.js";
