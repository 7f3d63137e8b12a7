"""The addresses of the settings."""

from django.urls import path

from casework.pages import org, orghistory, orgimport, orglimits, orgpowers, orgrules, orgtables, orgtime

app_name = "org"
urlpatterns = [
    path("", orghistory.index, name="index"),
    path("history/", orghistory.history, name="history"),
    path("organisation/", org.organisation, name="organisation"),
    path("organisation/vacancies/", org.vacancies, name="vacancies"),
    path("organisation/people/", org.people, name="people"),
    path("organisation/import/", orgimport.bring_in, name="import"),
    path("organisation/export/", orgimport.export, name="export"),
    path("rules/", orgrules.tables, name="rules"),
    path("rules/<slug:key>/", orgrules.table, name="rule_table"),
    path("rules/<slug:key>/check/", orgrules.check, name="rule_check"),
    path("rules/<slug:key>/try/", orgrules.try_case, name="rule_try"),
    path("limits/", orglimits.limits, name="limits"),
    path("time/", orgtime.times, name="time"),
    path("categories/", orgtables.categories, name="categories"),
    path("reference/", orgtables.reference, name="reference"),
    path("powers/", orgpowers.powers, name="powers"),
]
