import TwinCore

/// What somebody does about an alarm first: a sentence for who has the night shift and did not write the configuration.
enum AlarmAdvice {
    static func text(_ code: AlarmCode) -> String {
        switch code {
        case .stale:
            "See on the page Data when its topic spoke last, then whether the device and its gateway are on. A model stands in."
        case .stuck: "Compare with the device's own display; if that moves, restart its gateway. A model stands in."
        case .outOfRange:
            "Compare with the device's own display. If it is right there, unit or scale of its topic are wrong (page Data)."
        case .unit: "Compare with the device's own display: unit or scale of its topic were changed or told wrongly."
        case .sign: "The meter counts the other way round: its wiring, or the scale of its topic."
        case .counter:
            "Was the meter changed, or set back? Its power counts where it has one, until the register goes on."
        case .balance:
            "A meter of the site is wrong or missing: look for one that stands still, and for other alarms of now."
        case .clock:
            "Compare the clocks of the device, of its gateway and of this machine with the plant's time server."
        case .gap: "Messages were lost: look at the network and the gateway. Compare the line's own count of vehicles."
        case .conflict: "Two sources disagree; the cause names both. Find out on the spot which of them is right."
        case .notAcked:
            "The device does not answer: is it on, does it hear its topic? It acts by its own fallback until it does."
        case .notFollowed:
            "Is the device switched to local, or at a limit of its own? Leave it alone on the page Commands until it obeys."
        case .twoControllers:
            "Find out who commands as well; the cause names it. One of the two must stop, or be set to advise."
        case .departureAtRisk:
            "A vehicle may leave without its energy: raise its charging by hand, or tell who drives it."
        case .trip: "The device says that it is out of service: see its own panel. The twin goes on without it."
        case .link:
            "Look at the broker and the network. The twin tries again by itself; its journal misses what it does not hear."
        case .store: "Make room on the disk, and see whether the store may be written. The journal has all of it."
        case .solver:
            "Rules decide until there is a plan again. The cause says what failed; call who runs this machine."
        case .planInfeasible:
            "The cause says what cannot be kept: withdraw a request (page Commands), or warn who relies on it."
        }
    }

    /// Nil for a code that an older program knew.
    static func json(_ code: String) -> JSON { AlarmCode(rawValue: code).map { .string(text($0)) } ?? .null }
}
