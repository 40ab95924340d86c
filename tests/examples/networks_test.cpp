#include "examples/training/networks.h"

#include <fstream>

#include "core/check.h"
#include "core/files/safetensors.h"
#include "core/random.h"
#include "datasets/shapes10.h"
#include "examples/training/evaluation.h"
#include "examples/training/fine_tuning.h"
#include "layers/labs/state_names.h"
#include "layers/state_file.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

using namespace onefold;

namespace {

ModelCard card(const std::string& form = "training") {
  return {.net = "tiny",
          .form = form,
          .dataset = "shapes10",
          .classes = {"a", "b \"quoted\"", "é"},
          .normalization = {{0.1, 1.0 / 3, 0.5}, {0.25, 0.2, 0.7}},
          .image = {48, 64}};
}

struct TinyNetwork {
  Initializer initializer{5};
  RepVgg network{repvgg_size("tiny"), 3, initializer};
};

Tensor logits(Module& network) { return network(Variable(random_normal({2, 32, 32, 3}, Random(1, 2)))).value(); }

}  // namespace

TEST_CASE("model card: survives its way through metadata, every bit", "[examples]") {
  const ModelCard back = from_metadata(to_metadata(card()), "file");
  CHECK(back.net == card().net);
  CHECK(back.reparam == "repvgg");
  CHECK(back.form == card().form);
  CHECK(back.dataset == card().dataset);
  CHECK(back.classes == card().classes);
  CHECK(back.normalization.mean == card().normalization.mean);
  CHECK(back.normalization.deviation == card().normalization.deviation);
  CHECK(back.image.height == 48);
  CHECK(back.image.width == 64);
}

TEST_CASE("model card: says how large its images are, and before that was written they had 32 x 32", "[examples]") {
  auto metadata = to_metadata(card());
  metadata.erase("image");
  CHECK(from_metadata(metadata, "file").image.height == 32);
  CHECK(from_metadata(metadata, "file").image.width == 32);
  for (const char* image : {"[0, 32]", "[32, 4097]", "[1e300, 32]", "[32.5, 32]", "[32]", "32", "x"}) {
    metadata["image"] = image;
    CHECK_THROWS_WITH(from_metadata(metadata, "m.safetensors"),
                      ContainsSubstring("m.safetensors") && ContainsSubstring(std::string("\"image\" = ") + image));
  }
}

TEST_CASE("model card: says of which family the blocks are, and before there were several RepVGG's", "[examples]") {
  auto metadata = to_metadata(card());
  metadata.erase("reparam");
  CHECK(from_metadata(metadata, "file").reparam == "repvgg");
  metadata["reparam"] = "dbb";
  CHECK(from_metadata(metadata, "file").reparam == "dbb");
  metadata["reparam"] = "vgg";
  CHECK_THROWS_WITH(from_metadata(metadata, "m.safetensors"),
                    ContainsSubstring("m.safetensors") && ContainsSubstring("\"reparam\" = vgg"));
}

TEST_CASE("a network of another family is read as it was written, in both forms", "[examples]") {
  const TemporaryFolder folder;
  Initializer initializer(5);
  const auto made = make_repvgg(vgg_variant("tiny", "acb"), 3, initializer);
  RepVgg& network = *made;
  network.eval();
  ModelCard of_acb = card();
  of_acb.reparam = "acb";
  save_network(folder.path() / "trained.safetensors", network, of_acb);
  const SavedNetwork read = load_network(folder.path() / "trained.safetensors");
  CHECK(max_abs_difference(logits(read.network()), logits(network)) == 0);

  of_acb.form = "folded";
  save_network(folder.path() / "folded.safetensors", *network.fold(), of_acb);
  const SavedNetwork folded = load_network(folder.path() / "folded.safetensors");
  CHECK(folded.card.reparam == "acb");
  CHECK(max_abs_difference(logits(folded.network()), logits(network)) <= Real(1e-4));
}

TEST_CASE("model card: what is missing or broken is named with the file", "[examples]") {
  const auto whole = to_metadata(card());
  for (const auto& [key, value] : whole) {
    if (key == "reparam" || key == "image" || key == "precision") continue;  // older cards have none
    auto metadata = whole;
    metadata.erase(key);
    CHECK_THROWS_WITH(from_metadata(metadata, "m.safetensors"),
                      ContainsSubstring("m.safetensors") && ContainsSubstring("\"" + key + "\""));
  }
  for (const std::string key : {"form", "classes", "mean", "deviation", "precision"}) {
    auto metadata = whole;
    metadata[key] = "[1, 2";
    CHECK_THROWS_WITH(from_metadata(metadata, "m.safetensors"),
                      ContainsSubstring("m.safetensors") && ContainsSubstring("\"" + key + "\""));
  }
}

TEST_CASE("saved network: both forms come back with their logits, in evaluation mode", "[examples]") {
  const TemporaryFolder scratch;
  const auto path = scratch.path() / "model.safetensors";
  TinyNetwork tiny;
  tiny.network.eval();

  save_network(path, tiny.network, card());
  const SavedNetwork trained = load_network(path);
  CHECK(!trained.network().training());
  CHECK(max_abs_difference(logits(trained.network()), logits(tiny.network)) == 0);

  const auto folded = tiny.network.fold();
  save_network(path, *folded, card("folded"));
  const SavedNetwork back = load_network(path);
  CHECK(back.card.form == "folded");
  CHECK(max_abs_difference(logits(back.network()), logits(*folded)) == 0);
}

TEST_CASE("saved network: of the survey, both forms come back with their logits, and it has no blocks", "[examples]") {
  const TemporaryFolder scratch;
  const auto path = scratch.path() / "model.safetensors";
  ModelCard of_resnet = card();
  of_resnet.net = "resnet8";
  of_resnet.reparam = "";
  Initializer initializer(5);
  const auto network = make_network("resnet8", "", 3, initializer);
  (*network)(Variable(random_normal({4, 32, 32, 3}, Random(3, 4))));  // statistics of its batch norms
  network->eval();

  save_network(path, *network, of_resnet);
  const SavedNetwork trained = load_network(path);
  CHECK(trained.card.reparam.empty());
  CHECK(max_abs_difference(logits(trained.network()), logits(*network)) == 0);
  CHECK_THROWS_WITH(trained.vgg(), ContainsSubstring("needs the blocks of a RepVGG, but the network is a resnet8"));
  CHECK_THROWS_WITH(load_network(path, "mini"), ContainsSubstring("is not a state of RepVgg mini"));

  const auto folded = network->fold();
  of_resnet.form = "folded";
  save_network(path, *folded, of_resnet);
  const SavedNetwork back = load_network(path);
  CHECK(max_abs_difference(logits(back.network()), logits(*folded)) == 0);
  CHECK(max_abs_difference(logits(*folded), logits(*network)) > 0);
}

TEST_CASE("fine-tuning: a folded network comes back in training form, a negative variance is refused", "[examples]") {
  Dataset images = shapes10(1, 8, 1).train;
  images.classes = card().classes;
  images.labels.assign(images.labels.size(), 0);
  TinyNetwork tiny;
  tiny.network.eval();
  SavedNetwork folded{.card = card("folded"), .folded = tiny.network.fold_network()};
  folded.card.reparam = "dbb";
  SavedNetwork tuned = to_fine_tune(std::move(folded), "folded.safetensors", images);
  CHECK(tuned.card.form == "training");
  CHECK(tuned.card.reparam == "repvgg");
  CHECK(tuned.network().training());

  auto damaged = state(tuned.network());
  damaged.at("stages.1.0.bn3.running_var")[2] = -1;
  load_state(tuned.network(), damaged);
  CHECK_THROWS_WITH(to_fine_tune(std::move(tuned), "net.safetensors", images),
                    ContainsSubstring("net.safetensors: stages.1.0.bn3.running_var holds a value that is not finite "
                                      "or a negative variance"));
}

TEST_CASE("saved network: a state of another net, a file without a card", "[examples]") {
  const TemporaryFolder scratch;
  const auto path = scratch.path() / "model.safetensors";
  TinyNetwork tiny;
  save_network(path, tiny.network, card());
  CHECK_THROWS_WITH(load_network(path, "S"),
                    path.string() +
                        ": is not a state of RepVgg S, 3 classes; it has Onefold's own names of a RepVGG "
                        "in training form, with 1, 1, 2, 4, 1 blocks of 16, 16, 32, 64, 256 channels: its "
                        "size is tiny\n"
                        "  missing      stages.1.1.bn0.bias [32]\n"
                        "  missing      stages.1.1.bn0.running_mean [32]\n"
                        "  missing      stages.1.1.bn0.running_var [32]\n"
                        "  missing      and 67 more\n"
                        "  wrong shape  head.weight [3 256], expected [3 512]\n"
                        "  wrong shape  stages.0.0.bn1.bias [16], expected [32]\n"
                        "  wrong shape  stages.0.0.bn1.running_mean [16], expected [32]\n"
                        "  wrong shape  and 108 more\n"
                        "nothing was loaded; name its network with --net, or give another file");

  ModelCard of_huge = card();
  of_huge.net = "huge";
  save_network(path, tiny.network, of_huge);
  CHECK_THROWS_WITH(load_network(path), ContainsSubstring("model.safetensors: its metadata says \"net\" = huge"));
  CHECK(load_network(path, "tiny").card.net == "tiny");

  save_model(path, tiny.network);
  CHECK_THROWS_WITH(load_network(path), ContainsSubstring("model.safetensors") && ContainsSubstring("\"net\""));
}

TEST_CASE("saved network: names of other projects, and a prefix of all names, with a card and without", "[examples]") {
  const TemporaryFolder folder;
  const auto path = folder / "model.safetensors";
  TinyNetwork tiny;
  tiny.network.eval();
  const auto folded = tiny.network.fold_network();
  for (const NameScheme& scheme : name_schemes()) {
    for (Vgg* network : {static_cast<Vgg*>(&tiny.network), static_cast<Vgg*>(folded.get())}) {
      const std::string form = network == folded.get() ? "folded" : "training";
      CAPTURE(scheme.option, form);
      save_network(path, *network, card(form), scheme.option);
      const SavedNetwork with_card = load_network(path);
      CHECK(with_card.card.classes == card().classes);
      CHECK(max_abs_difference(logits(with_card.network()), logits(*network)) == 0);

      SafetensorsFile file;
      for (const auto& [name, tensor] : load_safetensors(path).tensors) file.tensors["module." + name] = tensor;
      file.tensors["module.stem.bn.num_batches_tracked"] = Tensor::zeros({});
      save_safetensors(path, file);
      const SavedNetwork without = load_network(path, "tiny");
      CHECK(max_abs_difference(logits(without.network()), logits(*network)) == 0);
      CHECK((without.trained == nullptr) == (form == "folded"));
      CHECK(without.card.form == form);
      CHECK(without.card.reparam == "repvgg");
      CHECK(without.card.dataset.empty());
      CHECK(without.card.classes == std::vector<std::string>{"0", "1", "2"});
      CHECK(without.card.normalization.mean[1] == 0.4822);
      CHECK(without.card.normalization.deviation[2] == 0.2616);
    }
  }
}

TEST_CASE("saved network: a normalisation that is given counts, with a card and without", "[examples]") {
  const TemporaryFolder folder;
  const auto path = folder / "model.safetensors";
  TinyNetwork tiny;
  const ChannelNormalization given{{0.5, 0.25, 0}, {1, 0.5, 0.25}};
  save_network(path, tiny.network, card());
  CHECK(load_network(path, {"", given}).card.normalization.deviation == given.deviation);
  CHECK(has_card(path));
  save_model(path, tiny.network);
  CHECK(load_network(path, {"tiny", given}).card.normalization.mean == given.mean);
  CHECK_FALSE(has_card(path));
}

TEST_CASE("saved network: classes without names can be any, as many", "[examples]") {
  ModelCard unknown = card();
  unknown.dataset = "";
  CHECK(has_classes(unknown, {"x", "y", "z"}));
  CHECK_FALSE(has_classes(unknown, {"x", "y"}));
  CHECK(has_classes(card(), card().classes));
  CHECK_FALSE(has_classes(card(), {"x", "y", "z"}));

  Dataset images = shapes10(1, 8, 1).train;
  TinyNetwork tiny;
  tiny.network.eval();
  CHECK_THROWS_WITH(to_fine_tune({.card = unknown, .folded = tiny.network.fold_network()}, "x.safetensors", images),
                    ContainsSubstring("x.safetensors: its classes are 3 without names; the training images are of "));
}

TEST_CASE("messages: a file without a card that is not what --net says, or nothing known", "[examples]") {
  const TemporaryFolder folder;
  const std::string path = (folder / "model.safetensors").string();
  TinyNetwork tiny;
  save_network(path, tiny.network, card(), "timm");
  SafetensorsFile file{load_safetensors(path).tensors, {{"format", "pt"}}};
  const std::string tiny_of_timm =
      "timm's names of a RepVGG in training form, with 1, 1, 2, 4, 1 blocks of 16, 16, 32, 64, 256 channels: its size "
      "is tiny";
  const auto says = [&](const std::string& net, const std::string& message) {
    save_safetensors(path, file);
    CHECK_THROWS_WITH(load_network(path, net), path + message);
  };
  says("", ": its metadata has no \"net\", so name its network with --net; it has " + tiny_of_timm);
  says("mini",
       ": a RepVGG mini has a head.fc.weight of [classes 512] and a head.fc.bias of [classes]; it has " + tiny_of_timm);
  says("tiny+whitening",
       ": a RepVGG tiny+whitening has no \"whitening.weight\" under timm's names: they are for RepVGG blocks and "
       "their folded form, without whitening; use Onefold's own names");
  file.tensors["stem.se.down.weight"] = Tensor::zeros({4});
  file.tensors.erase("stages.2.3.identity.bias");
  says("tiny", ": is not a state of RepVgg tiny, 3 classes; it has " + tiny_of_timm +
                   "\n  missing      stages.2.3.identity.bias [64]"
                   "\n  unexpected   stem.se.down.weight [4]"
                   "\nnothing was loaded; name its network with --net, or give another file");
  file.tensors.erase("head.fc.bias");
  says("tiny",
       ": a RepVGG tiny has a head.fc.weight of [classes 256] and a head.fc.bias of [classes]; it has " + tiny_of_timm);
  file.tensors = {{"backbone.0.weight", Tensor::zeros({1})}};
  const std::string unknown =
      ": it has 1 name, such as \"backbone.0.weight\", not those of a RepVGG: Onefold's own would have "
      "\"stages.0.0.conv3.weight\" or, folded, \"stages.0.0.conv.weight\", DingXiaoH's would have "
      "\"stage0.rbr_dense.conv.weight\" or, folded, \"stage0.rbr_reparam.weight\", timm's would have "
      "\"stem.conv_kxk.conv.weight\" or, folded, \"stem.reparam_conv.weight\"";
  says("", unknown);
  says("tiny", unknown);
  file.tensors = {{"network.head.bias", Tensor::zeros({3})}, {"optimizer.momentum.0", Tensor::zeros({3})}};
  says("",
       ": is a checkpoint, from which a training continues with --resume; the network is in model.safetensors or "
       "best.safetensors beside it");
}

TEST_CASE("evaluation: the batch size changes no count, the mode comes back, every image is counted", "[examples]") {
  Initializer initializer(5);
  RepVgg network(repvgg_size("tiny"), 10, initializer);
  const Dataset images = shapes10(1, 1, 23).test;
  const ChannelNormalization normalization{{0.5, 0.5, 0.5}, {0.25, 0.25, 0.25}};

  const Evaluation whole = evaluate(network, images, normalization, 100);
  int64_t last = 0;
  const Evaluation parts = evaluate(network, images, normalization, 7, [&](int64_t done) { last = done; });
  CHECK(network.training());
  CHECK(last == 23);
  CHECK(parts.matrix == whole.matrix);
  CHECK(parts.loss == Approx(whole.loss).epsilon(1e-5));
  CHECK(max_abs_difference(parts.logits, whole.logits) < 1e-4);

  int64_t counted = 0, right = 0;
  for (size_t label = 0; label < 10; ++label) {
    for (const int64_t count : whole.matrix[label]) counted += count;
    right += whole.matrix[label][label];
  }
  CHECK(counted == 23);
  CHECK(right == whole.correct);
}

TEST_CASE("confusion table: aligned, with each class's accuracy", "[examples]") {
  Evaluation evaluation;
  evaluation.logits = Tensor::zeros({8, 3});
  evaluation.matrix = {{3, 1, 0}, {0, 4, 0}, {0, 0, 0}};
  CHECK(confusion_table(evaluation, {"cat", "hippopotamus", "dog"}) ==
        "true \\ predicted     cat hippopo     dog  accuracy\n"
        "             cat       3       1       0    75.0 %\n"
        "    hippopotamus       0       4       0   100.0 %\n"
        "             dog       0       0       0         -\n");
}
