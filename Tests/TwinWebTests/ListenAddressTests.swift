import Testing
import TwinWeb

@Suite("Listen address")
struct ListenAddressTests {
    @Test("is a host and a port", arguments: ["127.0.0.1:8080", "[::1]:0", "localhost:65535", "twin.plant.example:80"])
    func taken(text: String) throws {
        let address = try #require(ListenAddress(text))
        #expect(address.isLoopback == !text.hasPrefix("twin"))
    }

    @Test("refuses what is none", arguments: ["", ":8080", "127.0.0.1", "host:65536", "host:-1", "a b:80", "<b>:80"])
    func refused(text: String) { #expect(ListenAddress(text) == nil) }

    @Test("an IPv6 address has brackets in a URL")
    func url() { #expect(ListenAddress("[::1]:0")?.url(port: 81) == "http://[::1]:81/") }
}
