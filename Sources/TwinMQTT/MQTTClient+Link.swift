// The link: opening, keeping and losing it.

extension MQTTClient {
    /// Longest time for one attempt to come back, milliseconds.
    private static let attemptLimitMs = 10_000
    /// A link that held so long was a good one: the next loss starts with the shortest pause, milliseconds.
    private static let steadyMs = 10_000
    /// After so many short links in a row the reason names the likely one: mosquitto 2.0 closes the older of two connections
    /// of one id without a word, and so does a flapping radio link. Neither ends the client.
    private static let shortLinks = 3
    /// mosquitto 2.0 breaks a TLS handshake because of an error that another connection left behind; so `connect` tries
    /// a handshake that was broken without a cause again, so many times.
    private static let handshakeRetries = 2
    /// Pause before such a retry, milliseconds.
    private static let handshakePauseMs = 100
    /// The keep-alive is looked after at least so often, milliseconds.
    private static let tendMs = 1_000

    /// Connects and waits until the broker admits us. Clean start is 0 from the first time on, so that the broker keeps
    /// messages while we are away.
    ///
    /// May be called again after a failure, a take-over or `disconnect`; messages not handed out are dropped, and the
    /// broker sends them again.
    /// - Parameter timeoutMs: Longest wait, milliseconds; only a name look-up can take longer.
    /// - Throws: `MQTTError` with the address and the cause: refused, cannot be resolved, no answer, not authorised.
    public func connect(timeoutMs: Int) throws(MQTTError) {
        let deadline = Moment.after(milliseconds: timeoutMs)
        shortLinks = 0
        var retries = options.tls == nil ? 0 : Self.handshakeRetries
        while true {
            breakConnection(socket: edge.socket)
            inbox.startConnection()
            phase = .idle
            do {
                try begin(until: deadline)
                while !isUp { try pursue(until: deadline) }
                return
            } catch {
                breakConnection(socket: edge.socket)
                phase = .idle
                lastFailure = error
                let again = retries > 0 && error.code == Code.connectionLost && deadline.remainingMs > 0
                guard again else { throw error }
                retries -= 1
                pause(until: min(deadline, .after(milliseconds: Self.handshakePauseMs)))
            }
        }
    }

    /// One step: talks when the link is up, otherwise works on getting it up. Waits until the deadline at most.
    func turn(until deadline: Moment, limit: Int) throws(MQTTError) {
        guard isUp else {
            do { try pursue(until: deadline) } catch {
                breakConnection(socket: edge.socket)
                lastFailure = error
                phase = .waiting(until: .after(milliseconds: backoff.nextMs()))
            }
            return
        }
        try talk(limit: limit)
        for refusal in inbox.refusals {
            inbox.report(
                MQTTRefusal(topic: refusal.filter, code: refusal.code, reason: refusal.text, isSubscription: true))
        }
        inbox.refusals = []
        guard isUp, inbox.messages.isEmpty, events.isEmpty else { return }
        linger(until: min(deadline, .after(milliseconds: Self.tendMs)))
    }

    /// Waits for the broker's answer to every SUBSCRIBE.
    func awaitGrants() throws(MQTTError) {
        let deadline = Moment.after(milliseconds: Self.subscribeLimitMs)
        while isUp, !inbox.pendingGrants.isEmpty {
            // Messages may stand before the answer, as many as the broker has for us.
            try talk(limit: inbox.messages.count + Int(options.receiveMaximum))
            if let refusal = inbox.refusals.first { throw refused(refusal) }
            if inbox.pendingGrants.isEmpty { return }
            guard deadline.remainingMs > 0 else {
                let topics = inbox.pendingGrants.values.sorted().joined(separator: "', '")
                throw MQTTError(
                    operation: "subscribe", code: Code.timeout,
                    detail: "\(options.address) did not answer for '\(topics)' within \(Self.subscribeLimitMs) ms")
            }
            if isUp { linger(until: min(deadline, .after(milliseconds: Self.tendMs))) }
        }
        if let refusal = inbox.refusals.first { throw refused(refusal) }
        guard isUp else {
            throw MQTTError(
                operation: "subscribe", code: Code.connectionLost, detail: "\(options.address): the link was lost")
        }
    }

    /// Writes until nothing is pending, the link is lost, or the time is over.
    func drain(until deadline: Moment) {
        while edge.wantsWrite, inbox.loss == nil {
            edge.write()
            guard edge.wantsWrite, inbox.loss == nil else { return }
            guard waitWritable(socket: edge.socket, until: deadline) else { return }
        }
    }

    /// Up to `limit` messages, at most one link event; the event comes after the messages read before it.
    func takeBatch(_ limit: Int) -> MQTTBatch {
        let refusals = inbox.unreported
        inbox.unreported = []
        if case .up = events.first { return MQTTBatch(messages: [], links: [events.removeFirst()], refusals: refusals) }
        var messages: [MQTTMessage] = []
        if inbox.messages.count <= limit {
            swap(&messages, &inbox.messages)
        } else {
            messages = Array(inbox.messages.prefix(limit))
            inbox.messages.removeFirst(limit)
        }
        if messages.count >= Self.gatherMin { gatheredAt = .after(milliseconds: Self.gatherMs) }
        // After a loss there is nothing left to hold back: the PUBACKs went with the connection.
        if isUp { handedOut += messages.count { $0.qos > 0 } }
        let ready = inbox.messages.isEmpty && !events.isEmpty
        return MQTTBatch(messages: messages, links: ready ? [events.removeFirst()] : [], refusals: refusals)
    }

    // MARK: While the link is up

    /// True while sending would let out a PUBACK or a publication that waits for `flush`.
    private var holds: Bool { handedOut > 0 || publicationQueued || !inbox.messages.isEmpty }

    private func talk(limit: Int) throws(MQTTError) {
        if edge.wantsWrite, !holds { edge.write() }
        if inbox.loss == nil { edge.read(limit: limit) }
        if inbox.loss == nil { edge.tend() }
        if inbox.loss == nil, let since = inbox.pingSince, since.duration(to: .now) > silence {
            breakConnection(socket: edge.socket)
            let text = "no answer to a ping within \(silence)"
            inbox.loss = Inbox.Loss(code: Code.timeout, text: text)
        }
        try settleLoss("receive")
    }

    /// A ping goes after one keep-alive without traffic; half of one later the link counts as dead. The library itself
    /// would wait for a whole one.
    private var silence: Duration { .milliseconds(max(2_500, options.keepAliveS * 500)) }

    private func linger(until deadline: Moment) {
        guard !edge.holdsInput else { return }
        let toWrite = edge.wantsWrite && !holds
        _ = waitFor(socket: edge.socket, toWrite: toWrite, until: deadline)
    }

    /// Turns a loss found by the edge into an event and a pause, or into an error when another client took over.
    func settleLoss(_ operation: String) throws(MQTTError) {
        guard let loss = inbox.loss, case .up(let since) = phase else { return }
        inbox.loss = nil
        inbox.pendingGrants.removeAll()
        handedOut = 0
        publicationQueued = false
        let steady = since.duration(to: .now) > .milliseconds(Self.steadyMs)
        if steady { backoff.reset() }
        shortLinks = !steady && loss.code == Code.connectionLost && sessionPresent ? shortLinks + 1 : 0
        let guess =
            shortLinks < Self.shortLinks
            ? "" : "; \(shortLinks) short links in a row: does another client connect as '\(options.clientID)', too?"
        events.append(.down(reason: "\(loss.text) (code \(loss.code))\(guess)"))
        if !options.sendsAgain { try edge.forget() }
        if loss.code == Code.sessionTakenOver {
            phase = .takenOver
            throw takenOver(operation)
        }
        phase = .waiting(until: .after(milliseconds: backoff.nextMs()))
    }

    // MARK: Getting it up

    private func begin(until deadline: Moment) throws(MQTTError) {
        let probe = try TCPProbe(host: options.host, port: options.port, target: options.address)
        phase = .reaching(probe, until: deadline)
    }

    /// One step of an attempt, waiting until the deadline at most.
    private func pursue(until deadline: Moment) throws(MQTTError) {
        switch phase {
        case .waiting(let moment):
            pause(until: min(moment, deadline))
            if moment.remainingMs == 0 { try begin(until: .after(milliseconds: Self.attemptLimitMs)) }
        case .reaching(let probe, let limit):
            switch probe.advance(until: min(deadline, limit)) {
            case .pending:
                if limit.remainingMs == 0 { throw noAnswer("TCP") }
            case .failed(let error):
                throw error
            case .reached(let address):
                // A certificate names the host, so TLS needs the name; otherwise the address that just answered is
                // used, which spares a second look-up.
                try edge.open(host: options.tls == nil ? address : options.host)
                phase = .greeting(until: limit)
            }
        case .greeting(let limit):
            try greet(until: min(deadline, limit))
            if !isUp, limit.remainingMs == 0 { throw noAnswer("MQTT") }
        case .idle, .up, .takenOver, .closed:
            break
        }
    }

    /// Sends CONNECT and looks for CONNACK.
    private func greet(until deadline: Moment) throws(MQTTError) {
        let state = options.tls == nil ? exchangePlain(until: deadline) : exchangeSecure(until: deadline)
        if state.hungUp {
            // What it said before it went may still wait.
            for _ in 0..<8 where inbox.greeting == nil && inbox.loss == nil { edge.readOnce() }
        }
        if let greeting = inbox.greeting { return try admit(greeting) }
        if let loss = inbox.loss { throw unanswered(loss.code, loss.text) }
        if state.hungUp { throw unanswered(Code.connectionLost, "The connection was lost.") }
    }

    private func exchangePlain(until deadline: Moment) -> SocketState {
        if edge.wantsWrite { edge.write() }
        guard inbox.loss == nil else { return SocketState() }
        let state = waitFor(socket: edge.socket, toWrite: edge.wantsWrite, until: deadline)
        if state.readable { edge.readOnce() }
        return state
    }

    /// During a TLS handshake the library always wants to write, also when it waits for the other side: asking poll for
    /// "writable" would spin, so it looks every few milliseconds. And it writes only when there is nothing to read: a
    /// handshake that fails inside a write loses its cause.
    private func exchangeSecure(until deadline: Moment) -> SocketState {
        let slice = min(deadline, .after(milliseconds: 5))
        let state = waitFor(socket: edge.socket, toWrite: false, until: slice)
        if state.readable {
            let before = inbox.activity
            edge.readOnce()
            // A socket that stays readable while nothing comes out must not turn this into a busy loop.
            if inbox.activity == before, inbox.loss == nil { pause(until: min(deadline, .after(milliseconds: 1))) }
        } else if edge.wantsWrite {
            edge.write()
        }
        return state
    }

    private func admit(_ greeting: Inbox.Greeting) throws(MQTTError) {
        guard greeting.code == 0 else {
            throw MQTTError(
                operation: "connect", code: greeting.code,
                detail: "\(options.address) does not admit client '\(options.clientID)'"
                    + (options.username.map { " as user '\($0)'" } ?? "") + ": \(greeting.text)")
        }
        phase = .up(since: .now)
        sessionPresent = greeting.sessionPresent
        lastFailure = nil
        handedOut = 0
        publicationQueued = false
        events.append(.up(sessionPresent: greeting.sessionPresent))
    }

    // MARK: Errors

    private func noAnswer(_ layer: String) -> MQTTError {
        let detail = "\(options.address) gave no \(layer) answer in time; is it an MQTT broker, and is it running?"
        return MQTTError(operation: "connect", code: Code.timeout, detail: detail)
    }

    private func unanswered(_ code: Int, _ words: String) -> MQTTError {
        // TLS says the cause only in the library's log.
        var cause = words.contains(inbox.complaint) ? words : "\(words) \(inbox.complaint)"
        if options.tls != nil, inbox.complaint.isEmpty {
            cause += " Does the port speak TLS, and is its certificate good?"
        }
        return MQTTError(
            operation: "connect", code: code,
            detail: "\(options.address) broke the connection before it answered: \(cause)")
    }

    private func refused(_ refusal: Inbox.Refusal) -> MQTTError {
        inbox.refusals.removeFirst()
        return MQTTError(
            operation: "subscribe", code: refusal.code,
            detail: "\(options.address) refuses topic '\(refusal.filter)': \(refusal.text)")
    }

    private func takenOver(_ operation: String) -> MQTTError {
        MQTTError(
            operation: operation, code: Code.sessionTakenOver,
            detail: "another client connected as '\(options.clientID)' to \(options.address) and took the session over;"
                + " stop one of the two")
    }

    func invalid(_ operation: String, _ detail: String) -> MQTTError {
        MQTTError(operation: operation, code: Code.invalid, detail: detail)
    }

    /// Refuses before the first connect, after `disconnect` and after a take-over.
    func checkStarted(_ operation: String) throws(MQTTError) {
        switch phase {
        case .idle:
            throw MQTTError(operation: operation, code: Code.notConnected, detail: "connect() has not succeeded yet")
        case .closed:
            throw MQTTError(operation: operation, code: Code.notConnected, detail: "the client was disconnected")
        case .takenOver:
            throw takenOver(operation)
        case .reaching, .greeting, .up, .waiting:
            return
        }
    }

    /// Refuses while there is no link.
    func checkUp(_ operation: String) throws(MQTTError) {
        guard isUp, edge.socket >= 0 else {
            throw MQTTError(
                operation: operation, code: Code.notConnected, detail: "The client is not currently connected.")
        }
    }
}
