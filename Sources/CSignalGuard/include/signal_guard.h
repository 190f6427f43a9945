#ifndef SIGNAL_GUARD_H
#define SIGNAL_GUARD_H

#include <stdbool.h>

/// While it is held, calls of `signal` on this thread change nothing and tell the handler that is set.
///
/// Cbc and Clp put handlers of their own on SIGINT for the time of a search, for the whole process. An interrupt would
/// not reach the program, and the search would end early with another solution. They can be told not to only by being
/// compiled anew, so the program's own `signal` stands before the C library's and refuses theirs.
void signal_guard_hold(bool held);

/// How many calls were refused on this thread.
unsigned long signal_guard_refused(void);

#endif
