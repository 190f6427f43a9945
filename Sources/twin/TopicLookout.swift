import TwinMQTT
import TwinRuntime
import TwinWeb

/// Listens to topics that nobody mapped yet, for the page Data. It has a connection of its own, so that nothing of them is
/// journalled or counted by the run, and leaves nothing at the broker.
struct TopicLookout {
    private let task: Task<Void, Never>

    /// Begins to listen, also where the broker is not there yet; goes on when it comes back.
    init(_ options: MQTTOptions, _ filters: [String], _ feed: LiveFeed) {
        var options = options
        options.sessionExpiryS = 0
        task = Task.detached(executorPreference: LoopThread(name: "twin-lookout")) { [options] in
            do {
                let transport = try BrokerTransport(options)
                try transport.begin(filters)
                while !Task.isCancelled {
                    let batch = try transport.receive(timeoutMs: 200, limit: 500)
                    feed.overhear(batch.messages, at: Terminal.now)
                    for refusal in batch.refusals {
                        Terminal.say("twin: --look-at \(refusal.topic): \(refusal.reason)", .twinTrouble)
                    }
                    try transport.flush()
                }
                transport.disconnect()
            } catch {
                Terminal.say("twin: nothing is looked at any more: \(error)", .twinTrouble)
            }
        }
    }

    func stop() { task.cancel() }
}
