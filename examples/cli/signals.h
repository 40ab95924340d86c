#pragma once

#include "examples/cli/program.h"

namespace onefold {

/// From now on the first Ctrl-C (SIGINT) or SIGTERM only sets a flag, so that the program can stop where it can also
/// save; a second one ends it at once. A signal that the parent had switched off stays off.
void catch_stop_signals();

/// The first signal that came, 0 before.
int stop_signal();

/// Throws Interrupted once a signal came: call it where everything is in order, such as after a training step.
void stop_if_signalled();

}  // namespace onefold
