import Testing
import TwinCore
import TwinDispatch

/// Another that commands the same plant.
@Suite("Two controllers")
struct RivalWatchTests {
    @Test("whoever commands is named once, and stands until ten minutes after the last command")
    func rival() {
        var watch = RivalWatch()
        let (path, start) = (DispatchBench.ess1, DispatchBench.start)
        #expect(watch.standing(at: start).isEmpty)
        #expect(
            watch.see("twin-b", path, at: start)
                == "storage/ess-1: is commanded by \"twin-b\" too; let one of the two go to shadow")
        #expect(watch.see("twin-b", path, at: start + .minutes(1)) == nil)
        #expect(watch.see("twin-c", path, at: start + .minutes(2)) != nil)
        #expect(watch.standing(at: start + .minutes(11)) == [path])
        #expect(watch.standing(at: start + .minutes(12)).isEmpty)
    }

    @Test("an issuer is read of a command, whatever stands there")
    func issuer() {
        #expect(RivalWatch.issuer(Array("{\"issuer\":\"twin-a\",\"value\":1}".utf8)) == "twin-a")
        #expect(RivalWatch.issuer(Array("{\"value\":1}".utf8)) == "somebody without a name")
        #expect(RivalWatch.issuer(Array("off".utf8)) == nil)
    }
}
