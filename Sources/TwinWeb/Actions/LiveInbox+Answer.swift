import TwinRuntime

extension LiveInbox {
    /// Asks the running twin and waits for its answer; nil where none comes in time. Whether it was taken is open then.
    func answer(to request: Request, within patience: Duration) async -> Answer? {
        let (answers, continuation) = AsyncStream.makeStream(of: Answer.self)
        put(request) { answer in
            continuation.yield(answer)
            continuation.finish()
        }
        let alarm = Task {
            try await Task.sleep(for: patience)
            continuation.finish()
        }
        defer { alarm.cancel() }
        for await answer in answers { return answer }
        return nil
    }
}
