"""The addresses of the settings."""

from django.urls import path

from casework.pages import org, orghistory, orgimport

app_name = "org"
urlpatterns = [
    path("", orghistory.index, name="index"),
    path("history/", orghistory.history, name="history"),
    path("organisation/", org.organisation, name="organisation"),
    path("organisation/vacancies/", org.vacancies, name="vacancies"),
    path("organisation/people/", org.people, name="people"),
    path("organisation/import/", orgimport.bring_in, name="import"),
    path("organisation/export/", orgimport.export, name="export"),
]
