#define _GNU_SOURCE
#include "signal_guard.h"

#include <dlfcn.h>
#include <signal.h>
#include <stddef.h>

static _Thread_local bool is_held;
static _Thread_local unsigned long refused;

void signal_guard_hold(bool held) { is_held = held; }

unsigned long signal_guard_refused(void) { return refused; }

sighandler_t signal(int number, sighandler_t handler) {
    if (is_held) {
        struct sigaction now;
        refused++;
        return sigaction(number, NULL, &now) == 0 ? now.sa_handler : SIG_ERR;
    }
    // A race between threads finds the same function twice.
    static sighandler_t (*_Atomic next)(int, sighandler_t);
    if (next == NULL) next = (sighandler_t(*)(int, sighandler_t))dlsym(RTLD_NEXT, "signal");
    return next == NULL ? SIG_ERR : next(number, handler);
}
