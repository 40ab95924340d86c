#include "examples/labs/survey/lesion_report.h"

#include <numeric>
#include <sstream>

#include "examples/cli/format.h"
#include "examples/cli/table.h"
#include "examples/labs/survey/short_training.h"

namespace onefold {

namespace {

/// The share that paths of each length have in the gradient: how many there are, times how much each brings.
std::vector<double> shares_of_gradient(const std::vector<double>& gradients) {
  const auto blocks = static_cast<int64_t>(gradients.size()) - 1;
  std::vector<double> shares;
  for (int64_t i = 0; i <= blocks; ++i) {
    shares.push_back(share_of_paths(blocks, i) * gradients[static_cast<size_t>(i)]);
  }
  const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share /= total;
  return shares;
}

}  // namespace

std::string lesion_tables(const BlockRow& row, const LesionFindings& found) {
  std::ostringstream text;
  text << "\n"
       << found.name << ": " << row.size() << (row.is_residual() ? " residual blocks" : " plain blocks")
       << ", test accuracy " << percent(found.whole, 2) << " on " << grouped(found.images) << " images\n\n";
  Table single{.columns = {{"without block"}, {"layer"}, {"its convolution"}, {"accuracy", true}, {"lost", true}}};
  for (int64_t b = 0; b < row.size(); ++b) {
    const BlockRow::Block& block = row.block(b);
    const double left = found.without[static_cast<size_t>(b)];
    single.rows.push_back({std::to_string(b + 1), block.name,
                           std::to_string(block.weight[-2]) + " -> " + std::to_string(block.weight[-1]) +
                               (block.keeps_shape ? "" : ", changes the shape"),
                           percent(left, 2), fixed(100 * (found.whole - left), 2)});
  }
  text << text_table(single);
  Table many{.columns = {{"blocks or pairs", true}, {"blocks deleted", true}, {"pairs exchanged", true}}};
  for (size_t i = 0; i < found.deleted.x.size(); ++i) {
    many.rows.push_back({plain(found.deleted.x[i]), percent(found.deleted.y[i], 2),
                         found.exchanged.y.empty() ? "-" : percent(found.exchanged.y[i], 2)});
  }
  text << '\n' << text_table(many);
  if (found.gradients.empty()) return text.str();
  Table paths{.columns = {{"blocks on the path", true},
                          {"share of paths", true},
                          {"gradient along one", true},
                          {"share of the gradient", true}}};
  const std::vector<double> shares = shares_of_gradient(found.gradients);
  double length = 0;
  for (size_t i = 0; i < shares.size(); ++i) {
    paths.rows.push_back({std::to_string(i), percent(share_of_paths(row.size(), static_cast<int64_t>(i)), 2),
                          plain(found.gradients[i], 3), percent(shares[i], 2)});
    length += static_cast<double>(i) * shares[i];
  }
  text << '\n'
       << text_table(paths) << "\nA path has " << fixed(static_cast<double>(row.size()) / 2, 1)
       << " blocks on average, weighted by its gradient " << fixed(length, 1) << "\n";
  return text.str();
}

std::string lesion_picture(const std::vector<LesionFindings>& findings) {
  const auto in_percent = [](double share) { return fixed(100 * share, 0); };
  LineChart single{.title = "Without one", .x_label = "block left out", .y_text = in_percent, .from_zero = true};
  LineChart many{.title = "Without k", .x_label = "k blocks left out", .y_text = in_percent, .from_zero = true};
  LineChart pairs{
      .title = "In another order", .x_label = "pairs of blocks exchanged", .y_text = in_percent, .from_zero = true};
  LineChart paths{.title = "Paths", .x_label = "blocks on the path", .y_text = in_percent, .from_zero = true};
  for (const LesionFindings& found : findings) {
    const std::string name = found.name.substr(0, found.name.find(' '));
    std::vector<double> blocks(found.without.size());
    std::iota(blocks.begin(), blocks.end(), 1.0);
    single.series.push_back({name, blocks, found.without});
    many.series.push_back({name, found.deleted.x, found.deleted.y});
    if (!found.exchanged.x.empty()) pairs.series.push_back({name, found.exchanged.x, found.exchanged.y});
    if (found.gradients.empty() || !paths.series.empty()) continue;
    Series shares{"how many", {}, {}}, gradient{"share of the gradient", {}, shares_of_gradient(found.gradients)};
    for (size_t length = 0; length < found.gradients.size(); ++length) {
      shares.x.push_back(static_cast<double>(length));
      shares.y.push_back(share_of_paths(std::ssize(found.gradients) - 1, static_cast<int64_t>(length)));
    }
    gradient.x = shares.x;
    paths.series = {shares, gradient};
  }
  return charts_file("Networks without some of their blocks",
                     {"Test accuracy in %. The last chart is of the first network with shortcuts: its paths in %, and "
                      "their gradient."},
                     {single, many, pairs, paths});
}

}  // namespace onefold
