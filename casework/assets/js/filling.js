// A form filled with what was said in it before, as pairs of names and values.

export function fill(form, pairs) {
  for (const [name, value] of pairs) {
    for (const input of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (input.type === "radio" || input.type === "checkbox") input.checked = input.checked || input.value === value;
      else input.value = value;
      if (input.checked) input.closest("details:not([open])")?.setAttribute("open", "");
    }
  }
  for (const input of form.querySelectorAll("input:checked")) input.dispatchEvent(new Event("change", { bubbles: true }));
}
