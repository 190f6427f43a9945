import Glibc

/// A moment on the monotonic clock.
typealias Moment = ContinuousClock.Instant

extension ContinuousClock.Instant {
    /// Milliseconds from now until this moment, 0 when it is past, rounded up so that a wait never ends early.
    var remainingMs: Int {
        let left = ContinuousClock.now.duration(to: self).components
        guard left.seconds >= 0, left.attoseconds >= 0 else { return 0 }
        let attosecondsPerMs: Int64 = 1_000_000_000_000_000
        let fraction = (left.attoseconds + attosecondsPerMs - 1) / attosecondsPerMs
        return Int(min(left.seconds, 86_400) * 1_000 + fraction)
    }

    static func after(milliseconds: Int) -> Self { .now.advanced(by: .milliseconds(max(0, milliseconds))) }
}

/// What `poll` said about a socket.
struct SocketState {
    var readable = false
    var writable = false
    /// The other side is gone; data may still wait to be read.
    var hungUp = false
}

/// POLLRDHUP of <poll.h>, which Glibc hides without _GNU_SOURCE.
private let peerClosed: Int16 = 0x2000

/// Waits until the socket is ready or the time is over.
func waitFor(socket: Int32, toWrite: Bool, until deadline: Moment) -> SocketState {
    var entry = pollfd(
        fd: socket, events: Int16(POLLIN) | peerClosed | (toWrite ? Int16(POLLOUT) : 0), revents: 0)
    let milliseconds = Int32(clamping: deadline.remainingMs)
    guard unsafe poll(&entry, 1, milliseconds) > 0 else { return SocketState() }
    let found = entry.revents
    return SocketState(
        readable: found & Int16(POLLIN) != 0, writable: found & Int16(POLLOUT) != 0,
        hungUp: found & (Int16(POLLHUP) | Int16(POLLERR) | Int16(POLLNVAL) | peerClosed) != 0)
}

/// Waits until the socket takes more bytes or the time is over; input does not end the wait.
func waitWritable(socket: Int32, until deadline: Moment) -> Bool {
    var entry = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
    return unsafe poll(&entry, 1, Int32(clamping: deadline.remainingMs)) > 0
}

/// Sleeps.
func pause(until deadline: Moment) {
    guard deadline.remainingMs > 0 else { return }
    _ = poll(nil, 0, Int32(clamping: deadline.remainingMs))
}

/// Breaks a connection at once, without a word to the other side: the library finds it closed.
func breakConnection(socket: Int32) {
    guard socket >= 0 else { return }
    // The only failure is "not connected", which is what is wanted.
    _ = shutdown(socket, Int32(SHUT_RDWR))
}

/// Breaks a connection at once, and what the kernel has not delivered yet is not delivered: the other side sees a reset.
/// Whoever owns the socket closes it.
func discardConnection(socket: Int32) {
    guard socket >= 0 else { return }
    var abort = linger(l_onoff: 1, l_linger: 0)
    // If it cannot be set the socket closes the ordinary way.
    _ = unsafe setsockopt(socket, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
}
