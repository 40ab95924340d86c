#include <algorithm>
#include <numeric>

#include "examples/support/format.h"
#include "examples/support/report_sections.h"

namespace onefold {

namespace {

Attributes cell_attributes(bool hit, double share) {
  // Mistakes are few, so their colour begins earlier: a tenth of a class is half the colour.
  const double strength = hit ? share : std::min(1.0, share * 5);
  return {{"class", std::string(hit ? "hit" : "miss") + (strength > 0.6 ? " strong" : "")},
          {"style", "--share:" + fixed(strength, 2)}};
}

Html matrix_row(const ConfusionCounts& counts, size_t truth) {
  const std::vector<int64_t>& row = counts.matrix[truth];
  const auto total = static_cast<double>(std::accumulate(row.begin(), row.end(), int64_t{0}));
  Html cells = element("th", {{"scope", "row"}}, text(counts.classes[truth]));
  for (size_t guess = 0; guess < row.size(); ++guess) {
    if (row[guess] == 0) {
      cells += element("td", {{"class", "none"}}, text("\u00b7"));
    } else {
      const double share = static_cast<double>(row[guess]) / total;
      cells += element("td", cell_attributes(guess == truth, share), text(grouped(row[guess])));
    }
  }
  const std::string recall = total > 0 ? percent(static_cast<double>(row[truth]) / total) : "-";
  return element("tr", cells + element("td", {{"class", "sum"}}, text(recall)));
}

/// Of the images taken for a class, the share that are of it.
Html precision_row(const ConfusionCounts& counts) {
  Html cells = element("th", {{"scope", "row"}, {"class", "sum"}}, text("precision"));
  for (size_t guess = 0; guess < counts.classes.size(); ++guess) {
    int64_t total = 0;
    for (const std::vector<int64_t>& row : counts.matrix) total += row[guess];
    const double right = static_cast<double>(counts.matrix[guess][guess]);
    const std::string precision = total > 0 ? percent(right / static_cast<double>(total)) : "-";
    cells += element("td", {{"class", "sum"}}, text(precision));
  }
  return element("tr", cells + element("td", Html{}));
}

/// "cat taken for dog (83), ...": the most frequent mistakes.
std::string common_mistakes(const ConfusionCounts& counts) {
  struct Mistake {
    int64_t count;
    size_t truth, guess;
  };
  std::vector<Mistake> mistakes;
  for (size_t truth = 0; truth < counts.classes.size(); ++truth) {
    for (size_t guess = 0; guess < counts.classes.size(); ++guess) {
      if (guess != truth && counts.matrix[truth][guess] > 0) {
        mistakes.push_back({counts.matrix[truth][guess], truth, guess});
      }
    }
  }
  if (mistakes.empty()) return "No test image was taken for another class.";
  std::stable_sort(mistakes.begin(), mistakes.end(),
                   [](const Mistake& a, const Mistake& b) { return a.count > b.count; });
  std::string words = "Most frequent mistakes: ";
  for (size_t i = 0; i < std::min<size_t>(3, mistakes.size()); ++i) {
    words += (i > 0 ? ", " : "") + counts.classes[mistakes[i].truth] + " taken for " +
             counts.classes[mistakes[i].guess] + " (" + grouped(mistakes[i].count) + ")";
  }
  return words + ".";
}

}  // namespace

Html confusion_section(const ConfusionCounts& counts) {
  Html head = element("th", {{"scope", "col"}}, text("true class"));
  for (const std::string& name : counts.classes) head += element("th", {{"scope", "col"}}, text(name));
  head += element("th", {{"scope", "col"}}, text("recall"));

  Html body;
  for (size_t truth = 0; truth < counts.classes.size(); ++truth) body += matrix_row(counts, truth);
  body += precision_row(counts);

  const Html matrix = element("table", element("thead", element("tr", head)) + element("tbody", body));
  const Html note = element("p", {{"class", "note"}},
                            text("Blue: right. Orange: mistakes, stronger the larger their share of the class. "
                                 "Recall: how many of a class are found. Precision: how many of those taken for a "
                                 "class are of it."));
  return section("Confusion matrix",
                 "Test images: a row a true class, a column what the network took it for. " + common_mistakes(counts),
                 element("div",
                         {{"class", "scroll confusion"},
                          {"role", "region"},
                          {"aria-label", "confusion matrix"},
                          {"tabindex", "0"}},
                         matrix) + note);
}

}  // namespace onefold
