import TwinCore

/// Plant time under the wall clock.
///
/// It runs with the monotonic clock. The wall clock of a machine may be set: small differences are followed slowly, a step
/// is believed only when the plant's own stamps agree with it, or when nothing has spoken against it for a while. Plant time
/// never falls: where it is ahead of the world it runs at half speed until the world has caught up.
struct SteadyClock {
    /// A difference up to here is followed without a word: clocks are kept by slewing, and a step of a second is none.
    static let tolerance = Span.seconds(10)
    /// A step that nobody confirms and nobody contradicts is believed after this.
    static let patience = Span.minutes(10)
    /// So many assets must agree.
    static let witnessesMin = 2
    /// Further ahead of the wall clock than this a run does not come back by itself.
    static let aheadMax = Span.days(1)
    /// A stamp may be ahead by so much and be right.
    private static let lead = Span.seconds(5)

    /// The wall clock stepped away from plant time.
    struct Step {
        /// Wall time less plant time, when it was last seen.
        var ahead: Span
        /// Monotonic.
        var since: Span
        var isBelieved = false
        /// Assets whose stamps can only come from a world at wall time, or at plant time.
        var forWall: Set<AssetPath> = []
        var forPlant: Set<AssetPath> = []
        /// Assets that were heard at all.
        var heard: Set<AssetPath> = []
    }

    private var plantUs: Int64
    private var uptimeUs: Int64
    /// Nil while the clocks agree.
    private(set) var step: Step?

    /// - Parameters:
    ///   - notBefore: where the journal ended; a wall clock behind it has stepped.
    ///   - uptime: monotonic, from any origin.
    init(wall: PlantTime, notBefore: PlantTime? = nil, uptime: Span) {
        plantUs = max(wall, notBefore ?? wall).ms * 1000
        uptimeUs = uptime.ms * 1000
    }

    var now: PlantTime { PlantTime(ms: plantUs / 1000) }

    /// Goes on to the present.
    mutating func look(wall: PlantTime, uptime: Span) {
        let elapsedUs = max(0, uptime.ms * 1000 - uptimeUs)
        uptimeUs += elapsedUs
        plantUs += elapsedUs
        let ahead = wall - now
        guard magnitude(ahead) > SteadyClock.tolerance else {
            step = nil
            plantUs += min(max(ahead.ms * 1000, -elapsedUs / 10), elapsedUs / 10)
            return
        }
        judge(ahead, uptime)
        guard step?.isBelieved == true else { return }
        if ahead.ms > 0 {
            plantUs = wall.ms * 1000
            step = nil
        } else if ahead > Span(ms: -SteadyClock.aheadMax.ms) {
            plantUs -= min(-ahead.ms * 1000, elapsedUs / 2)
        }
    }

    private mutating func judge(_ ahead: Span, _ uptime: Span) {
        var step = self.step ?? Step(ahead: ahead, since: uptime)
        // Another step begins anew, also for who spoke; half speed makes a believed difference smaller.
        if !step.isBelieved, magnitude(Span(ms: ahead.ms - step.ahead.ms)) > SteadyClock.tolerance {
            step = Step(ahead: ahead, since: uptime)
        }
        step.ahead = ahead
        if !step.isBelieved {
            let isOld = uptime.ms - step.since.ms >= SteadyClock.patience.ms
            let isHeard = step.heard.count >= SteadyClock.witnessesMin
            let isConfirmed = step.forWall.count >= SteadyClock.witnessesMin
            let isDenied = step.forPlant.count >= SteadyClock.witnessesMin
            // A world at wall time that is ahead of ours would have said so; one that is behind cannot.
            step.isBelieved = isConfirmed || (isOld && !isDenied && !(ahead.ms > 0 && isHeard))
        }
        self.step = step
    }

    /// Hears the stamp of a message while the clocks differ. No source can stamp what is still to come.
    mutating func hear(_ stamp: PlantTime, of asset: AssetPath) {
        guard var step, !step.isBelieved, step.heard.count < 1000 else { return }
        let wall = now + step.ahead
        step.heard.insert(asset)
        if step.ahead.ms > 0 {
            if stamp > now + SteadyClock.lead, stamp <= wall + SteadyClock.lead { step.forWall.insert(asset) }
        } else if stamp > wall + SteadyClock.lead, stamp <= now + SteadyClock.lead {
            step.forPlant.insert(asset)
        }
        self.step = step
    }

    private func magnitude(_ span: Span) -> Span { Span(ms: abs(span.ms)) }

    /// What the step means, for people; nil while the clocks agree.
    var sentence: String? {
        guard let step else { return nil }
        let seconds = Span(ms: abs(step.ahead.ms) / 1000 * 1000).words
        if step.ahead.ms > 0 {
            return
                "the machine's clock is \(seconds) ahead of plant time: it was set forward, or this process was away; the"
                + " twin goes on by its own clock until the stamps of two assets, or ten minutes of silence, confirm it"
        }
        guard step.ahead > Span(ms: -SteadyClock.aheadMax.ms) else {
            return
                "plant time is \(seconds) ahead of the machine's clock, too far to come back: the run began or went on"
                + " under a wrong clock; begin anew with another --journal and --store"
        }
        return "plant time is \(seconds) ahead of the machine's clock, which was set back; the twin goes on by its own"
            + " clock, and at half speed once nothing speaks for it"
    }
}

extension Span {
    /// `2 h 10 min`, for people: the two largest units.
    var words: String {
        let units: [(String, Int64)] = [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000)]
        var rest = abs(ms)
        var parts: [String] = []
        for (name, size) in units where rest >= size && parts.count < 2 {
            parts.append("\(rest / size) \(name)")
            rest %= size
        }
        return parts.isEmpty ? "0 s" : parts.joined(separator: " ")
    }
}
