#include "datasets/image_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <ctime>

#include "core/check.h"
#include "core/parallel.h"
#include "core/process_limits.h"
#include "tests/catch.h"
#include "tests/cost.h"
#include "tests/datasets/crafted_images.h"
#include "tests/datasets/test_files.h"

namespace onefold {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

/// Two classes of 16 x 8 pixels: three cats and a dog to train on, one of each to test on.
void write_pets(const fs::path& dir) {
  test::write_file(dir / "train/dog/1.png", test::png_of_colour(16, 8, {4, 4, 4}));
  test::write_file(dir / "train/cat/b.PNG", test::png_of_colour(16, 8, {2, 2, 2}));
  test::write_file(dir / "train/cat/a.png", test::png_of_colour(16, 8, {1, 1, 1}));
  test::write_file(dir / "train/cat/c.Jpeg", test::small_jpeg());
  test::write_file(dir / "test/cat/a.jpg", test::small_jpeg());
  test::write_file(dir / "test/dog/a.jpg", test::png_of_colour(16, 8, {9, 9, 9}));  // what counts is the content
}

std::string folder_error(const fs::path& dir) {
  try {
    load_image_folder(dir);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST_CASE("image folder: classes by name, images of all classes in turn, by name", "[datasets]") {
  const TemporaryFolder folder;
  write_pets(folder.path());
  const DatasetSplits splits = load_image_folder(folder.path());
  CHECK_NOTHROW(check_dataset(splits.train));
  CHECK_NOTHROW(check_dataset(splits.test));
  CHECK(splits.train.classes == std::vector<std::string>{"cat", "dog"});
  CHECK(splits.test.classes == splits.train.classes);
  CHECK(splits.train.width == 16);
  CHECK(splits.train.height == 8);
  CHECK(splits.train.labels == std::vector<int>{0, 1, 0, 0});
  CHECK(splits.test.labels == std::vector<int>{0, 1});
  CHECK(splits.train.image(0)[0] == 1);
  CHECK(splits.train.image(1)[0] == 4);
  CHECK(splits.train.image(2)[0] == 2);
  CHECK(splits.train.image(3)[0] > 190);
  CHECK(splits.test.image(1)[0] == 9);
}

TEST_CASE("image folder: the same for any number of threads", "[datasets]") {
  const TemporaryFolder folder;
  write_pets(folder.path());
  for (int i = 0; i < 100; ++i) {
    const std::string name = "train/cat/" + std::to_string(i) + ".png";
    test::write_file(folder / name, test::png_of_colour(16, 8, {static_cast<uint8_t>(i), 0, 0}));
  }
  const int before = threads();
  set_threads(1);
  const std::string one = content_hash(load_image_folder(folder.path()).train);
  set_threads(3);
  const std::string three = content_hash(load_image_folder(folder.path()).train);
  set_threads(before);
  CHECK(one == three);
}

TEST_CASE("image folder: hidden files, other endings, deeper folders and endless links are skipped", "[datasets]") {
  const TemporaryFolder folder;
  write_pets(folder.path());
  const std::string hash = content_hash(load_image_folder(folder.path()).train);
  test::write_text(folder / "train/cat/.hidden.png", "no image");
  test::write_text(folder / "train/cat/notes.txt", "no image");
  test::write_text(folder / "train/cat/png", "no image");
  test::write_text(folder / "train/cat/deeper.png/x.png", "no image");
  test::write_text(folder / "train/.git/x.png", "no image");
  test::write_text(folder / "train/readme.png", "no image");
  fs::create_symlink("loop.png", folder / "train/cat/loop.png");
  fs::create_symlink("loop", folder / "train/loop");
  fs::create_directory_symlink("..", folder / "train/cat/up.png");
  CHECK(content_hash(load_image_folder(folder.path()).train) == hash);
}

TEST_CASE("image folder: pictures in formats that are not read are counted", "[datasets]") {
  const TemporaryFolder folder;
  write_pets(folder.path());
  const std::string hash = content_hash(load_image_folder(folder.path()).train);
  CHECK(load_image_folder(folder.path()).train.left_out.empty());
  for (const char* file :
       {"train/cat/a.webp", "train/cat/b.WebP", "train/dog/c.webp", "train/dog/d.bmp", "test/cat/e.gif",
        "train/cat/notes.txt", "train/cat/._a.webp", "train/cat/deeper.gif/a.gif"}) {
    test::write_text(folder / file, "");
  }
  const DatasetSplits splits = load_image_folder(folder.path());
  CHECK(content_hash(splits.train) == hash);
  CHECK(splits.train.left_out == "1 .bmp, 3 .webp");
  CHECK(splits.test.left_out == "1 .gif");

  fs::remove(folder / "train/dog/1.png");
  CHECK_THAT(folder_error(folder.path()), ContainsSubstring((folder / "train/dog").string() +
                                                            ": has no .png, .jpg or .jpeg file, but 1 .bmp, 1 .webp: "
                                                            "convert to PNG or JPEG"));
}

TEST_CASE("image folder: what systems and tools put beside the classes is no class", "[datasets]") {
  const TemporaryFolder folder;
  write_pets(folder.path());
  const std::string hash = content_hash(load_image_folder(folder.path()).train);
  for (const char* name : {"__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information", "lost+found", ".git",
                           ".ipynb_checkpoints"}) {
    for (const char* place : {"train", "train/cat"}) {
      test::write_file(folder.path() / place / name / "a.png", test::png_of_colour(16, 8, {4, 4, 4}));
    }
  }
  test::write_text(folder / "train/cat/__MACOSX/._a.png", "no image");
  const DatasetSplits splits = load_image_folder(folder.path());
  CHECK(splits.train.classes == std::vector<std::string>{"cat", "dog"});
  CHECK(content_hash(splits.train) == hash);
}

TEST_CASE("image folder: recognised by train or test", "[datasets]") {
  const TemporaryFolder folder;
  CHECK_FALSE(is_image_folder(folder.path()));
  test::write_text(folder / "train", "a file");
  CHECK_FALSE(is_image_folder(folder.path()));
  fs::create_directory(folder / "test");
  CHECK(is_image_folder(folder.path()));
}

TEST_CASE("image folder: too few classes, or not the same in both splits, are errors", "[datasets]") {
  const TemporaryFolder folder;
  fs::create_directory(folder / "train");
  CHECK_THAT(folder_error(folder.path()), ContainsSubstring((folder / "test").string() + ": is missing"));
  fs::create_directory(folder / "test");
  CHECK_THAT(folder_error(folder.path()), ContainsSubstring("has no class folders, expected at least 2"));
  fs::create_directory(folder / "train/cat");
  CHECK_THAT(folder_error(folder.path()), ContainsSubstring("has one class folder, cat, expected at least 2"));
  fs::create_directory(folder / "train/dog");
  fs::create_directory(folder / "test/cat");
  CHECK_THAT(folder_error(folder.path()), ContainsSubstring((folder / "test").string() + ": has no folder dog"));
  fs::create_directory(folder / "test/dog");
  fs::create_directory(folder / "test/newt");
  CHECK_THAT(folder_error(folder.path()), ContainsSubstring((folder / "train").string() + ": has no folder newt"));
  fs::remove(folder / "test/newt");
  CHECK_THAT(folder_error(folder.path()),
             ContainsSubstring((folder / "train/cat").string() + ": has no .png, .jpg or .jpeg file"));
}

TEST_CASE("image folder: a text file named .jpg is an error that names it", "[datasets]") {
  const TemporaryFolder folder;
  write_pets(folder.path());
  test::write_text(folder / "train/dog/text.jpg", "Dear reader, this is no picture.");
  const std::string file = (folder / "train/dog/text.jpg").string();
  CHECK_THAT(folder_error(folder.path()),
             ContainsSubstring(file + ": not a PNG or JPEG") && ContainsSubstring("or remove it"));
}

TEST_CASE("image folder: images of two sizes are an error that names the first two and the remedy", "[datasets]") {
  const TemporaryFolder folder;
  write_pets(folder.path());
  test::write_file(folder / "test/dog/big.png", test::png_of_colour(17, 8, {0, 0, 0}));
  CHECK_THAT(folder_error(folder.path()),
             ContainsSubstring((folder / "test/dog/big.png").string() + ": has 17 x 8") &&
                 ContainsSubstring((folder / "train/cat/a.png").string() + " has 16 x 8") &&
                 ContainsSubstring("mogrify -resize 16x8!"));
}

TEST_CASE("image folder: of many faults the first is reported, for any number of threads", "[datasets]") {
  const TemporaryFolder folder;
  write_pets(folder.path());
  for (int i = 100; i < 300; ++i) test::write_text(folder / ("train/cat/z" + std::to_string(i) + ".png"), "text");
  const int before = threads();
  for (const int count : {1, 3}) {
    set_threads(count);
    CHECK_THAT(folder_error(folder.path()), ContainsSubstring("z100.png"));
  }
  set_threads(before);
}

TEST_CASE("image folder: a pipe, a device or a folder that is named like an image is none, and nothing waits for it",
          "[datasets]") {
  const TemporaryFolder folder;
  write_pets(folder.path());
  const std::string hash = content_hash(load_image_folder(folder.path()).train);
  REQUIRE(mkfifo((folder / "train/cat/pipe.png").c_str(), 0600) == 0);
  REQUIRE(mkfifo((folder / "train/pipe").c_str(), 0600) == 0);
  fs::create_symlink("/dev/zero", folder / "train/cat/zero.png");
  fs::create_symlink("/dev/zero", folder / "train/zero");
  fs::create_symlink("nowhere", folder / "train/cat/nowhere.png");
  fs::create_symlink("two.png", folder / "train/cat/one.png");
  fs::create_symlink("one.png", folder / "train/cat/two.png");
  CHECK(content_hash(load_image_folder(folder.path()).train) == hash);
}

TEST_CASE("image folder: a class whose name is no line of UTF-8 text is an error that shows it", "[datasets]") {
  for (const std::string name : {"new\nline", "\x1b[31mred", "caf\xe9", "\xff\xfe"}) {
    const TemporaryFolder folder;
    write_pets(folder.path());
    test::write_file(folder.path() / "train" / name / "1.png", test::png_of_colour(16, 8, {4, 4, 4}));
    const std::string error = folder_error(folder.path());
    CHECK_THAT(error, ContainsSubstring((folder / "train").string() + ": the class folder \"") &&
                          ContainsSubstring("\" has a name that is not a line of UTF-8 text: rename it"));
    CHECK(std::ranges::none_of(error, [](unsigned char c) { return c < 0x20 || c >= 0x7f; }));
  }
  const TemporaryFolder folder;
  write_pets(folder.path());
  for (const char* split : {"train", "test"}) {
    test::write_file(folder.path() / split / "caf\xc3\xa9" / "1.png", test::png_of_colour(16, 8, {4, 4, 4}));
    test::write_file(folder.path() / split / "cat" / "new\nline \xff.png", test::png_of_colour(16, 8, {4, 4, 4}));
  }
  CHECK(load_image_folder(folder.path()).train.classes[0] == "caf\xc3\xa9");
}

TEST_CASE("image folder: what may not be read is an error that names it", "[datasets]") {
  const TemporaryFolder folder;
  write_pets(folder.path());
  // Who may read everything is nobody for a while.
  const bool was_root = geteuid() == 0;
  fs::permissions(folder.path(), fs::perms::all);
  fs::permissions(folder / "train/dog/1.png", fs::perms::none);
  if (was_root) REQUIRE(seteuid(65534) == 0);
  const std::string of_file = folder_error(folder.path());
  if (was_root) REQUIRE(seteuid(0) == 0);
  fs::permissions(folder / "train/dog", fs::perms::none);
  if (was_root) REQUIRE(seteuid(65534) == 0);
  const std::string of_folder = folder_error(folder.path());
  if (was_root) REQUIRE(seteuid(0) == 0);
  fs::permissions(folder / "train/dog", fs::perms::all);
  CHECK_THAT(of_file, ContainsSubstring((folder / "train/dog/1.png").string() + ": cannot be opened: Permission"));
  CHECK_THAT(of_folder, ContainsSubstring((folder / "train/dog").string() + ": cannot be listed: Permission"));
}

TEST_CASE("image folder: small files of large images that memory does not hold are an error before any is taken",
          "[datasets]") {
  const TemporaryFolder folder;
  const test::Bytes image = test::crafted_png({4000, 1000, 1}, test::deflated_zeros(501'000));
  for (const char* name : {"train/a/1.png", "train/b/1.png", "test/a/1.png", "test/b/1.png"}) {
    test::write_file(folder / name, image);
  }
  const int64_t links = available_memory() / 12'000'000 + 1000;
  REQUIRE(links < 1'000'000);
  for (int64_t i = 0; i < links; ++i) fs::create_symlink("1.png", folder / ("train/a/" + std::to_string(i) + "x.png"));
  CHECK_THAT(folder_error(folder.path()), ContainsSubstring("images of 4000 x 1000 pixels need ") &&
                                              ContainsSubstring("MiB are available: make the images smaller"));
}

TEST_CASE("image folder: folders of ten thousand entries are walked within a second of computing", "[datasets]") {
  const TemporaryFolder folder;
  write_pets(folder.path());
  const std::string hash = content_hash(load_image_folder(folder.path()).train);
  for (int i = 0; i < repeats(10000); ++i) {
    fs::create_symlink("nowhere", folder / "train/cat" / (std::to_string(i) + ".png"));
    fs::create_symlink("nowhere", folder / "train" / std::to_string(i));
  }
  const std::clock_t start = std::clock();
  CHECK(content_hash(load_image_folder(folder.path()).train) == hash);
  CHECK(std::clock() - start < CLOCKS_PER_SEC);
}

}  // namespace
}  // namespace onefold
