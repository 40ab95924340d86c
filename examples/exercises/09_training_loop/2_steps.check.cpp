
#include "examples/exercises/exercise.h"

int steps_of(int images, int batch_size, int epochs, bool drop_last);

void onefold::exercise::check() {
  expect("100 images, batches of 25, 3 epochs", steps_of(100, 25, 3, false), 12,
         {{{15}, "100 images are 4 full batches, and no rest"}, {{4}, "this is one epoch"}});
  expect("26 images, batches of 8, 3 epochs, all used", steps_of(26, 8, 3, false), 12,
         {{{9}, "the last 2 of 26 images are a batch, too"}, {{10}, "the rest is a batch in every epoch"}});
  expect("26 images, batches of 8, 3 epochs, drop_last", steps_of(26, 8, 3, true), 9,
         {{{12}, "drop_last leaves out the batch of 2"}});
}
