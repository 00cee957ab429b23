#include <cstring>
#include <fstream>

#include <gtest/gtest.h>

#include "03_blocking_sockets/address.hpp"
#include "03_blocking_sockets/resolve.hpp"
#include "tests/support/peer.hpp"

namespace {

using aio::Address;
using aio::Socket;

TEST(Address, SaysWhatItIsInTheUsualNotation) {
    EXPECT_EQ(Address::ipv4("127.0.0.1", 80).to_string(), "127.0.0.1:80");
    EXPECT_EQ(Address::ipv6("::1", 8080).to_string(), "[::1]:8080");
    EXPECT_EQ(Address::ipv6("2001:DB8:0:0::1", 1).to_string(), "[2001:db8::1]:1");
    EXPECT_EQ(Address::unix_path("/run/some.sock").to_string(), "unix:/run/some.sock");
    EXPECT_EQ(Address().to_string(), "no address");
}

TEST(Address, KnowsItsParts) {
    const Address four = Address::ipv4("192.0.2.1", 65535);
    EXPECT_EQ(four.family(), AF_INET);
    EXPECT_EQ(four.host(), "192.0.2.1");
    EXPECT_EQ(four.port(), 65535);
    const Address path = Address::unix_path("/x");
    EXPECT_EQ(path.family(), AF_UNIX);
    EXPECT_EQ(path.host(), "/x");
    EXPECT_EQ(path.port(), 0);
}

TEST(Address, StoresThePortInNetworkByteOrder) {
    const Address address = Address::ipv4("127.0.0.1", 0x1234);
    sockaddr_in raw{};
    std::memcpy(&raw, address.data(), address.size());
    EXPECT_EQ(ntohs(raw.sin_port), 0x1234);
    EXPECT_EQ(ntohl(raw.sin_addr.s_addr), 0x7F000001U);
}

TEST(Address, IsAValueThatCanBeCompared) {
    EXPECT_EQ(Address::ipv4("127.0.0.1", 80), Address::ipv4("127.0.0.1", 80));
    EXPECT_NE(Address::ipv4("127.0.0.1", 80), Address::ipv4("127.0.0.1", 81));
    EXPECT_NE(Address::ipv4("127.0.0.1", 80), Address::ipv6("::1", 80));
    const Address copy(Address::unix_path("/x").data(), Address::unix_path("/x").size());
    EXPECT_EQ(copy, Address::unix_path("/x"));
}

TEST(Address, RefusesWhatIsNoAddressAndSaysWhereNamesGo) {
    EXPECT_EQ(error_of<std::invalid_argument>([] { (void)Address::ipv4("localhost", 80); }),
              "'localhost' is no IPv4 address in digits: resolve() looks up names");
    EXPECT_EQ(error_of<std::invalid_argument>([] { (void)Address::ipv6("127.0.0.1", 80); }),
              "'127.0.0.1' is no IPv6 address in digits: resolve() looks up names");
}

TEST(Address, RefusesAUnixPathThatTheKernelWouldCutOff) {
    EXPECT_EQ(Address::unix_path(std::string(107, 'x')).host(), std::string(107, 'x'));
    const std::string error = error_of<std::invalid_argument>(
        [] { (void)Address::unix_path("/" + std::string(107, 'x')); });
    EXPECT_EQ(error.substr(0, 56), "the path of a Unix socket has 1 to 107 bytes, not 108: '");
    EXPECT_NE(error_of<std::invalid_argument>([] { (void)Address::unix_path(""); }), "no error");
}

TEST(Address, ShowsTheZoneOfALinkLocalAddress) {
    sockaddr_in6 raw{};
    raw.sin6_family = AF_INET6;
    raw.sin6_addr = in6addr_loopback;
    raw.sin6_scope_id = if_nametoindex("lo");
    ASSERT_NE(raw.sin6_scope_id, 0U);
    EXPECT_EQ(Address(reinterpret_cast<const sockaddr*>(&raw), sizeof raw).host(), "::1%lo");
    raw.sin6_scope_id = 4'000'000'000;  // of a network card that is not there (any more)
    EXPECT_EQ(Address(reinterpret_cast<const sockaddr*>(&raw), sizeof raw).host(),
              "::1%4000000000");
}

TEST(Address, ShowsAbstractAndUnnamedUnixSockets) {
    Socket socket(AF_UNIX);
    EXPECT_EQ(socket.local_address().to_string(), "unix:") << "a socket without a name";
    const sa_family_t only_the_family = AF_UNIX;  // asks the kernel for an abstract name
    aio::check(::bind(socket.fileno(), reinterpret_cast<const sockaddr*>(&only_the_family),
                      sizeof only_the_family),
               "bind");
    EXPECT_EQ(socket.local_address().to_string().substr(0, 6), "unix:@");
}

TEST(Address, TellsOfAFamilyThatItDoesNotKnow) {
    sockaddr raw{};
    raw.sa_family = AF_PACKET;
    EXPECT_EQ(Address(&raw, sizeof raw).to_string(),
              "address of family " + std::to_string(AF_PACKET));
}

TEST(Resolve, PassesDigitsThroughWithoutALookup) {
    EXPECT_EQ(aio::resolve("127.0.0.1", "80"), std::vector{Address::ipv4("127.0.0.1", 80)});
    EXPECT_EQ(aio::resolve("::1", "80"), std::vector{Address::ipv6("::1", 80)});
}

TEST(Resolve, FindsTheAddressesOfAName) {
    EXPECT_EQ(aio::resolve("localhost", "8080", AF_INET),
              std::vector{Address::ipv4("127.0.0.1", 8080)});
}

TEST(Resolve, GivesEachAddressOnceInTheOrderOfTheList) {
    std::vector<Address> said = {Address::ipv4("127.0.0.2", 80), Address::ipv4("127.0.0.1", 80),
                                 Address::ipv4("127.0.0.2", 80), Address::ipv6("::1", 80),
                                 Address::ipv4("127.0.0.2", 81), Address::ipv6("::1", 80)};
    std::vector<addrinfo> list(said.size());
    for (std::size_t i = 0; i < said.size(); ++i) {
        list[i].ai_addr = said[i].out();
        list[i].ai_addrlen = said[i].size();
        list[i].ai_next = i + 1 < said.size() ? &list[i + 1] : nullptr;
    }
    EXPECT_EQ(aio::addresses_of(list.data()), (std::vector{said[0], said[1], said[3], said[4]}));
    EXPECT_EQ(aio::addresses_of(nullptr), std::vector<Address>{});
}

TEST(Resolve, GivesAnyAddressOfThisMachineForAnEmptyHost) {
    EXPECT_EQ(aio::resolve("", "80", AF_INET), std::vector{Address::ipv4("0.0.0.0", 80)});
}

TEST(Resolve, NamesTheHostAndTheReasonWhenItFails) {
    EXPECT_EQ(error_of<aio::GaiError>([] { (void)aio::resolve("no such host", "80"); }),
              "getaddrinfo(no such host:80): Name or service not known");
    EXPECT_EQ(error_of<aio::GaiError>([] { (void)aio::resolve("127.0.0.1", "no-such-service"); }),
              "getaddrinfo(127.0.0.1:no-such-service): Servname not supported for ai_socktype");
    try {
        (void)aio::resolve("::1", "80", AF_INET);
        FAIL() << "an IPv6 address has no IPv4 form";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::error_code(EAI_ADDRFAMILY, aio::gai_category()));
    }
}

TEST(CreateConnection, TakesTheFirstAddressThatAnswers) {
    const Deaf deaf;
    const Peer peer([](Socket socket) { write_all(socket, "I am here"); });
    const Peer second([](Socket socket) { write_all(socket, "the wrong one"); });
    Socket socket = aio::create_connection({deaf.address(), peer.address(), second.address()});
    EXPECT_EQ(socket.peer_address().to_string(), peer.address().to_string())
        << "the first address refuses, the second answers, the third must not be asked";
    EXPECT_EQ(read_all(socket), "I am here");
}

/// To whom create_connection() connects if `first` fails and somebody answers at `second`; or its
/// error.
std::string connected_after(const Address& first, const Address& second) {
    std::string peer;
    const std::string error = error_of<aio::SystemError>([&] {
        peer = aio::create_connection({first, second}).peer_address().to_string();
    });
    return error == "no error" ? peer : error;
}

TEST(CreateConnection, MakesASocketOfEachAddressesFamily) {
    const TemporaryFolder folder;
    const Peer peer([](Socket socket) { (void)read_all(socket); });
    const Address nobody = Address::unix_path(folder / "nobody");
    EXPECT_EQ(connected_after(nobody, peer.address()), peer.address().to_string())
        << "a socket of one family cannot connect to an address of another: make a new one";
}

TEST(CreateConnection, GoesOnAfterAFamilyForWhichThereIsNoSocket) {
    const Peer peer([](Socket socket) { (void)read_all(socket); });
    const Address unknown;  // AF_UNSPEC; or of IPv6, on a machine that lacks it
    EXPECT_EQ(connected_after(unknown, peer.address()), peer.address().to_string())
        << "making the socket may fail, too: try the next address";
}

TEST(CreateConnection, LeavesNoSocketBehindForAnAddressThatRefused) {
    const Deaf deaf;
    const Peer peer([](Socket socket) { (void)read_all(socket); });
    const auto before = open_descriptors();
    {
        const Socket socket =
            aio::create_connection({deaf.address(), deaf.address(), peer.address()});
        EXPECT_TRUE(socket);
    }
    EXPECT_LE(open_descriptors(), before + 1) << "at most the peer's own end may be open";
}

TEST(CreateConnection, PassesTheErrorOfTheOnlyAddressOn) {
    const Deaf deaf;
    EXPECT_EQ(error_of<aio::SystemError>([&] { (void)aio::create_connection({deaf.address()}); }),
              "connect(" + deaf.address().to_string() + "): Connection refused");
}

TEST(CreateConnection, TellsWhatEachAddressSaidIfNoneAnswers) {
    const Deaf deaf;
    const Address nowhere = Address::ipv4("224.0.0.1", 80);  // a multicast address is no peer
    const std::string refused = "connect(" + deaf.address().to_string() + "): Connection refused";
    const std::string unreachable = "connect(224.0.0.1:80): Network is unreachable";
    EXPECT_EQ(error_of<aio::SystemError>([&] {
                  (void)aio::create_connection({nowhere, deaf.address(), deaf.address()});
              }),
              "create_connection(" + unreachable + "; " + refused + "; " + refused +
                  "): Connection refused")
        << "what each said, in order, and the last one's number";
}

TEST(CreateConnection, WithoutAnyAddressIsAnError) {
    EXPECT_EQ(error_of<aio::SystemError>([] { (void)aio::create_connection({}); }),
              "create_connection: Destination address required");
}

}  // namespace
