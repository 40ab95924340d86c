#pragma once

#include "examples/cli/program.h"

namespace onefold {

/// From now on the first Ctrl-C (SIGINT) or SIGTERM only sets a flag, so that the program can save before it stops; a
/// second one ends it at once. A signal that the parent process ignores stays ignored.
void catch_stop_signals();

/// The first signal received, 0 if none was.
int stop_signal();

/// Throws Interrupted if a signal was received, by any rank. Call it where the state can be saved, such as after a
/// training step, and on all ranks, see ranks.h.
void stop_if_signalled();

}  // namespace onefold
