// SPDX-License-Identifier: Apache-2.0
// What the sides of a guest's invitation do, as it is written down.
#include "core/house/guest_desk.h"

#include "core/crypto/ed25519.h"
#include "core/house/invitation.h"
#include "tests/support/catch.h"
#include "tests/support/database.h"

using namespace parlour;
using namespace parlour::house;
using api::Party;

namespace {

const base::HouseId kHouse("house");
base::WallTime at(int minute) { return base::fromUnixMs(1'700'000'000'000ll + minute * 60'000ll); }
crypto::SigningKey keyOf(int n) { return *crypto::SigningKey::fromSeed(base::Bytes(32, static_cast<std::byte>(n))); }
std::string text(const crypto::SigningKey& key) { return base::toBase64Url(key.publicKey()); }

const auto kHostKey = keyOf(1), kGuestKey = keyOf(2), kDelegateKey = keyOf(3), kOther = keyOf(4);
const GuestSpeaker kHost{Party::host, "Hanna", text(kHostKey), "link"}, kGuest{Party::guest, "Ada", text(kGuestKey), "link"},
    kDelegate{Party::delegate, "Spokesperson", "", "link"};

struct World {
    tests::Database database{tests::eachEngine()};
    std::unique_ptr<Store> store = database.open();
    base::InvitationId delegateLink;

    World() {
        in([&](GuestStore& guests) {
            GuestRow row;
            row.id = "guest0000001";
            row.name = "Ada";
            row.host = base::Identity("hanna");
            row.state = GuestState::sent;
            row.created = row.changed = at(0);
            api::Terms terms;
            terms.topic = "The sea";
            guests.add(row, terms);
            auto made = makeInvitation({}, {}, row.host, {}, at(0));
            made.row.kind = api::InvitationKind::delegate;
            made.row.object = row.id;
            delegateLink = made.row.id;
            store->addInvitation(made.row);
        });
    }
    void in(const std::function<void(GuestStore&)>& body) {
        REQUIRE(store->transact([&]() -> base::Result<void> {
            GuestStore guests(*store);
            body(guests);
            return {};
        }));
    }
    GuestRow row() {
        GuestRow out;
        in([&](GuestStore& guests) { out = *guests.find("guest0000001"); });
        return out;
    }
    /// "" or the error's code; a failed one is rolled back.
    std::string act(const std::function<base::Result<void>(GuestRow&)>& body) {
        const auto done = store->transact([&]() -> base::Result<void> {
            GuestStore guests(*store);
            auto guest = *guests.find("guest0000001");
            return body(guest);
        });
        return done ? "" : done.error().code;
    }
    std::string answer(const GuestSpeaker& who, const std::string& what, const std::string& words = "") {
        return act([&](GuestRow& guest) { return answerGuest(*store, guest, who, {what, words, {}, 0, {}}, at(1)); });
    }
    std::string counter(const GuestSpeaker& who, const std::string& topic, int on = 0) {
        api::Terms terms;
        terms.topic = topic;
        return act([&](GuestRow& guest) { return answerGuest(*store, guest, who, {"counter", "", terms, on, {}}, at(1)); });
    }
    std::string sign(const GuestSpeaker& who, const crypto::SigningKey& key, int version, std::optional<Party> as = {}) {
        return act([&](GuestRow& guest) {
            const auto stored = GuestStore(*store).version(guest.id, version);
            const auto terms = stored ? stored->terms : api::Terms{};
            const auto statement = api::termsStatement(kHouse, base::InvitationId(guest.id), guest.name, version, as.value_or(who.party), terms);
            return signGuest(*store, guest, who, {version, text(key), base::toBase64Url(key.sign(statement)), {}}, kHouse, at(2));
        });
    }
    std::vector<api::TermsSignature> signatures() {
        std::vector<api::TermsSignature> out;
        const auto guest = row();
        in([&](GuestStore& guests) { out = guests.signatures(guest.id, guest.version); });
        return out;
    }
};

}  // namespace

TEST_CASE("asking, countering and signing leave a thread, versions and two signatures", "[guests]") {
    World world;
    CHECK(world.answer(kDelegate, "ask") == "text_missing");
    CHECK(world.answer(kDelegate, "ask", "What is proposed?") == "");
    CHECK(world.counter(kDelegate, "The deep sea") == "");
    CHECK(world.counter(kHost, "The deep sea") == "same_terms");
    CHECK(world.counter(kHost, "The deep sea and its fish") == "");
    CHECK(world.sign(kHost, kHostKey, 3) == "");
    CHECK(world.sign(kDelegate, kDelegateKey, 3) == "");
    CHECK(world.row().state == GuestState::agreed);
    const auto signatures = world.signatures();
    REQUIRE(signatures.size() == 2);
    CHECK(signatures[0].side == "host");
    CHECK(signatures[1].by == Party::delegate);
    CHECK(world.row().seatKey.empty());   // a delegate's signature takes no seat
    world.in([](GuestStore& guests) {
        CHECK(guests.versions("guest0000001").size() == 3);
        const auto thread = guests.messages("guest0000001");
        REQUIRE(thread.size() == 5);
        CHECK(thread[0].text == "What is proposed?");
        CHECK(thread[4].act == "sign");
        CHECK(thread[4].n == 5);
    });
}

TEST_CASE("the signature of an old version never binds, nor does one over something else", "[guests]") {
    World world;
    CHECK(world.sign(kHost, kHostKey, 1) == "");
    CHECK(world.counter(kGuest, "The deep sea") == "");
    CHECK(world.signatures().empty());                                  // the counter-proposal crossed it
    CHECK(world.sign(kGuest, kGuestKey, 1) == "terms_changed");
    CHECK(world.counter(kHost, "The shallow sea", 1) == "terms_changed");   // two proposals cross
    CHECK(world.sign(kHost, kHostKey, 2, Party::guest) == "signature_wrong");
    CHECK(world.sign(kGuest, kGuestKey, 2, Party::delegate) == "signature_wrong");
    CHECK(world.sign(kGuest, kGuestKey, 2) == "");
    CHECK(world.sign(kHost, kGuestKey, 2) == "one_key");
    CHECK(world.row().state != GuestState::agreed);
    CHECK(world.sign(kHost, kHostKey, 2) == "");
    CHECK(world.sign(kHost, kHostKey, 2) == "");                        // twice is once
    CHECK(world.sign(kDelegate, kDelegateKey, 2) == "guest_agreed");
    CHECK(world.row().state == GuestState::agreed);
    CHECK(world.counter(kHost, "The moon") == "");
    CHECK_FALSE(world.row().agreed);
}

TEST_CASE("the seat goes to the guest's first key and never to a delegate", "[guests]") {
    World world;
    GuestSpeaker delegate = kDelegate;
    delegate.key = text(kDelegateKey);
    CHECK(world.act([&](GuestRow& guest) { return takeSeat(*world.store, guest, delegate, at(1)); }) == "seat_not_yours");
    CHECK(world.answer(kGuest, "accept") == "");
    CHECK(world.row().seatKey == text(kGuestKey));
    GuestSpeaker other = kGuest;
    other.key = text(kOther);
    CHECK(world.answer(other, "accept") == "seat_taken");
    CHECK(world.sign(other, kOther, 1) == "seat_taken");
    CHECK(world.sign(kGuest, kGuestKey, 1) == "");
    world.act([&](GuestRow& guest) { freeSeat(*world.store, guest, at(2)); return base::Result<void>{}; });
    CHECK(world.signatures().empty());
    CHECK(world.sign(other, kOther, 1) == "");
    CHECK(world.row().seatKey == text(kOther));
}

TEST_CASE("a withdrawn delegate's signature is void unless both sides had agreed", "[guests]") {
    World world;
    const bool agreed = GENERATE(false, true);
    CHECK(world.sign(kDelegate, kDelegateKey, 1) == "");
    if (agreed) CHECK(world.sign(kHost, kHostKey, 1) == "");
    world.act([&](GuestRow& guest) { withdrawDelegate(*world.store, guest, at(3)); return base::Result<void>{}; });
    CHECK(world.signatures().size() == (agreed ? 2 : 0));
    CHECK(world.row().delegateWithdrawn);
    world.in([&](GuestStore&) { CHECK(world.store->invitation(world.delegateLink)->revoked); });
    if (!agreed) CHECK(world.sign(kHost, kHostKey, 1) == "");
    CHECK((world.row().state == GuestState::agreed) == agreed);
}

TEST_CASE("codes are tried ten times a minute at most, and nobody is locked out", "[guests]") {
    ClaimTries tries;
    const base::TimePoint start = base::TimePoint{} + std::chrono::hours(1);
    for (int i = 0; i < 10; ++i) CHECK(tries.take(start + std::chrono::seconds(i)) == base::Duration::zero());
    CHECK(tries.take(start + std::chrono::seconds(10)) == std::chrono::seconds(50));
    for (int i = 0; i < 100; ++i) CHECK(tries.take(start + std::chrono::seconds(59)) == std::chrono::seconds(1));
    CHECK(tries.take(start + std::chrono::seconds(60)) == base::Duration::zero());   // refused ones did not count
    CHECK(tries.take(start + std::chrono::seconds(60)) == std::chrono::seconds(1));
    CHECK(codeWait(std::chrono::milliseconds(1)).detail == "1");
}

TEST_CASE("an invitation that expired is closed, one that was agreed is not", "[guests]") {
    World world;
    auto guest = world.row();
    guest.expires = at(10);
    expireGuest(guest, at(9));
    CHECK(guest.state == GuestState::sent);
    expireGuest(guest, at(10));
    CHECK(guest.state == GuestState::expired);
    guest.state = GuestState::agreed;
    expireGuest(guest, at(10));
    CHECK(guest.state == GuestState::agreed);
}

TEST_CASE("the file of terms exists once both signed, and says compared after comparing", "[guests]") {
    World world;
    const auto house = keyOf(9);
    const auto file = [&] {
        base::Result<api::TermsFile> out = base::fail(base::ErrorKind::internal, "", "");
        const auto guest = world.row();
        world.in([&](GuestStore&) { out = termsFile(*world.store, guest, kHouse, "House", house); });
        return out;
    };
    CHECK(world.sign(kGuest, kGuestKey, 1) == "");
    CHECK(file().error().code == "not_agreed");
    CHECK(world.sign(kHost, kHostKey, 1) == "");
    REQUIRE(file());
    CHECK(file()->signedBy[1].bound == "link");
    world.in([](GuestStore& guests) { guests.setCompared("guest0000001", text(kGuestKey), base::Identity("hanna"), at(3)); });
    CHECK(file()->signedBy[1].bound == "compared");
    CHECK(safetyCode(kHouse, text(kGuestKey)).size() == 35);
    CHECK(safetyCode(kHouse, text(kGuestKey)) != safetyCode(kHouse, text(kHostKey)));
}

TEST_CASE("revoking an invitation closes its links", "[guests]") {
    World world;
    CHECK(world.act([&](GuestRow& guest) -> base::Result<void> {
        auto done = revokeGuest(*world.store, guest, at(3));
        if (!done) return base::Unexpected(done.error());
        return {};
    }) == "");
    world.in([&](GuestStore&) { CHECK(world.store->invitation(world.delegateLink)->revoked); });
    CHECK(world.answer(kGuest, "accept") == "guest_closed");
    CHECK(world.sign(kGuest, kGuestKey, 1) == "guest_closed");
}

TEST_CASE("a thread has a limit", "[guests]") {
    World world;
    CHECK(world.answer(kGuest, "ask", std::string(api::kMaxGuestTextCharacters, 'a')) == "");
    CHECK(world.answer(kGuest, "ask", std::string(api::kMaxGuestTextCharacters + 1, 'a')) == "text_too_long");
    for (std::size_t i = 1; i < api::kMaxGuestMessages; ++i) REQUIRE(world.answer(kGuest, "ask", "again") == "");
    CHECK(world.answer(kGuest, "ask", "again") == "guest_full");
}
