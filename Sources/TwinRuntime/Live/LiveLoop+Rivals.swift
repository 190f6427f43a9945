import TwinConfiguration
import TwinCore
import TwinDispatch

/// What a twin in mode control knows of others that command its site.
struct RivalState {
    /// Since when it listens for claims, by the monotonic clock.
    var askedAt = Span(ms: 0)
    /// Whether it has said that it commands; before that no command leaves.
    var isClaimed = false
    /// A claim that the broker kept, and what the broker last told of its twin.
    var kept: Claim?
    var status = ""
    /// Who commands instead of this twin.
    var yieldedTo: Claim?
}

extension LiveLoop {
    /// Hears what others say of themselves; these messages are not the plant's and are not journalled.
    /// - Throws: when another process goes on with this very run, and so has its client id.
    func hearRival(_ message: InboundMessage) throws -> Bool {
        guard message.topic.hasPrefix(twinPrefix) else { return false }
        if message.topic == LiveLoop.statusTopic(config.site) {
            rival.status = String(decoding: message.payload.prefix(16), as: UTF8.self)
            return true
        }
        guard message.topic == Claim.topic(site: config.site) else { return false }
        // Taken back: the one that made it is gone.
        if message.payload.isEmpty { rival.kept = nil }
        guard mode == .control, let other = Claim(message.payload), other.instance != options.claim.instance else {
            return true
        }
        if other.issuer == options.claim.issuer {
            // Before this one has spoken it is its own former life; so is an older claim that a slow link brings late.
            guard rival.isClaimed, !message.retain || options.claim.precedes(other) else { return true }
            throw TransportProblem("another process goes on with this run: \(other.who); stop one of the two")
        }
        if !rival.isClaimed {
            // A session that was away brings old words, and what came after them: the last one counts.
            rival.kept = other
        } else if options.claim.precedes(other), rival.isClaimed {
            claim()
        } else if !message.retain || rival.status != "offline" {
            giveWay(to: other)
        }
        return true
    }

    /// Claims the site when nobody else has spoken.
    func lookForRivals() throws {
        guard mode == .control, !rival.isClaimed, transport.takesPublications,
            options.uptime() - rival.askedAt >= options.claimAfter
        else { return }
        // The broker publishes the last will of one that died: its claim is void.
        if let other = rival.kept, rival.status != "offline" { return giveWay(to: other) }
        rival.isClaimed = true
        claim()
    }

    private func claim() {
        outbox.add(.retained("controller", site: config.site, options.claim.json))
    }

    /// Two that decide do not decide better: the one that came later advises, and says nothing where the other speaks.
    private func giveWay(to other: Claim) {
        rival = RivalState(askedAt: options.uptime(), yieldedTo: other)
        mode = .advise
        outbox = Outbox()
        trouble(
            .ownRival,
            "\(other.who) commands this site; this twin gives way and goes on in mode advise without a word to the broker;"
                + " stop one of the two, then twin reload --mode control")
        if let now = session?.clock.now { instruct(.mode(.advise), at: now) }
    }

    /// An operator asked for a mode: another controller is looked for anew.
    func takeUp(_ wanted: ControlMode) {
        if wanted != .control, rival.isClaimed { outbox.add(.retained("controller", site: config.site, nil)) }
        rival = RivalState(askedAt: options.uptime())
        trouble(.ownRival, nil)
    }

    /// Takes back what the twin said of itself.
    func sayGoodbye() throws {
        guard publishes else { return }
        if rival.isClaimed { outbox.add(.retained("controller", site: config.site, nil)) }
        try post()
        try announce(online: false)
    }
}
