// What search.html makes of its results: pages before source files; excerpts only where a page may read another.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
var Scorer = {
  score: ([page, title, anchor, description, score]) => score - (page.startsWith("source/") ? 100 : 0),
  objNameMatch: 11, objPartialMatch: 6, objPrio: {}, objPrioDefault: 0,
  title: 15, partialTitle: 7, term: 5, partialTerm: 2,
};
