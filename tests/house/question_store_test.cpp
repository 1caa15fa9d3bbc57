// SPDX-License-Identifier: Apache-2.0
// What the question desk and the chair keep over the end of a process, on both databases.
#include "core/house/store/question_store.h"

#include "tests/house/stage_lab.h"
#include "tests/support/database.h"
#include "tests/support/kill_nine.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;
using house::QuestionStore;
using house::QuestionVerb;
using house::Store;

namespace {

const base::WallTime kNow = base::fromUnixMs(1'795'000'000'000);
const base::RoomId kRoom("room1");
const base::RoomSid kSession("RM_1");
const house::QuestionLimits kLimits;

void inside(Store& store, const std::function<void()>& body) {
    REQUIRE(store.transact([&]() -> base::Result<void> {
        body();
        return {};
    }));
}
std::unique_ptr<Store> withRoom(const Database& database) {
    auto store = database.open();
    inside(*store, [&] { store->addRoom({kRoom, "Room", kNow}); });
    return store;
}
/// Decides, keeps, applies.
template <class Input>
base::Result<void> put(Store& store, house::QuestionDesk& desk, const Input& input, base::WallTime at) {
    auto change = house::decide(desk, input, kLimits, at);
    if (!change) return base::Unexpected(change.error());
    auto kept = store.transact([&]() -> base::Result<void> {
        QuestionStore(store).save(kRoom, desk.session, *change);
        return {};
    });
    if (kept) house::apply(desk, *change);
    return kept;
}
house::AskQuestion ask(const std::string& who, const std::string& words) { return {base::Identity(who), who, false, words}; }
house::OrderQuestion order(std::uint64_t n, QuestionVerb verb, std::string reason = {}) {
    return {base::Identity("M"), true, n, verb, {}, std::move(reason), {}};
}

}  // namespace

TEST_CASE("the desk comes back as it was, and a new session starts with an empty one", "[store][questions]") {
    const Database database(eachEngine());
    auto store = withRoom(database);
    house::QuestionDesk desk;
    desk.session = kSession;
    auto at = kNow;
    for (const char* who : {"A", "B", "C", "D"}) REQUIRE(put(*store, desk, ask(who, std::string("from ") + who), at += 1min));
    REQUIRE(put(*store, desk, house::LoadAgreed{{"What is proposed?"}}, at));
    REQUIRE(put(*store, desk, order(2, QuestionVerb::approve), at));
    REQUIRE(put(*store, desk, order(1, QuestionVerb::now), at));
    REQUIRE(put(*store, desk, order(3, QuestionVerb::drop, "asked before"), at));
    store.reset();
    store = database.open();
    inside(*store, [&] {
        const auto loaded = QuestionStore(*store).load(kRoom, kSession);
        CHECK(loaded.questions == desk.questions);
        CHECK(loaded.version == desk.version);
        CHECK(loaded.revision == desk.revision);
        const auto later = QuestionStore(*store).load(kRoom, base::RoomSid("RM_2"));
        CHECK(later.questions.empty());
        CHECK(later.version == desk.version);  // numbers go on
        CHECK(QuestionStore(*store).askedBy(base::Identity("B")).at(0).question.words == "from B");
    });
    inside(*store, [&] {
        QuestionStore(*store).forgetPerson(base::Identity("B"));
        CHECK(QuestionStore(*store).load(kRoom, kSession).questions[1].words.empty());
        CHECK(QuestionStore(*store).load(kRoom, kSession).questions[1].askerName.empty());
    });
    house::QuestionDesk next;
    next.session = base::RoomSid("RM_2");
    next.version = desk.version;
    REQUIRE(put(*store, next, ask("A", "again"), at));
    inside(*store, [&] { CHECK(QuestionStore(*store).load(kRoom, kSession).questions.empty()); });
}

TEST_CASE("the chair comes back with the session", "[store][chair]") {
    const Database database(eachEngine());
    auto store = withRoom(database);
    StageLab lab;
    lab.stage.settings = *house::roomTemplate("interview");
    const auto keep = [&] { inside(*store, [&] { store->saveChange(kRoom, lab.last); }); };
    REQUIRE(lab.arrive("H", Role::moderator, Power::host));
    keep();
    REQUIRE(lab.arrive("L"));
    keep();
    REQUIRE(lab.order("H", StageVerb::chair, "L"));
    keep();
    store.reset();
    store = database.open();
    inside(*store, [&] {
        const auto loaded = store->loadStage(kRoom).session.chair;
        CHECK(loaded == lab.stage.session.chair);
        CHECK(loaded.holder == Identity("H"));
        CHECK(loaded.next == Identity("L"));
        CHECK(loaded.given);
    });
}

TEST_CASE("every acknowledged question is there after kill -9", "[store][questions][R11]") {
    const Database database(eachEngine());
    const auto acknowledged = killedWhileWorking(20, [&](const auto& acknowledge) {
        auto store = Store::open(database.where());
        if (!store) ::_exit(1);
        house::QuestionDesk desk;
        desk.session = kSession;
        auto ok = (*store)->transact([&]() -> base::Result<void> {
            (*store)->addRoom({kRoom, "Room", kNow});
            return {};
        });
        for (int i = 1; ok && i < 150; ++i) {
            const auto n = static_cast<std::uint64_t>(i);
            ok = put(**store, desk, ask("P" + std::to_string(i), "question " + std::to_string(i)), kNow);
            if (ok) ok = put(**store, desk, order(n, QuestionVerb::now), kNow);
            if (ok) acknowledge();
        }
        if (!ok) ::_exit(3);
    });
    auto store = database.open();
    inside(*store, [&] {
        const auto desk = QuestionStore(*store).load(kRoom, kSession);
        REQUIRE(desk.questions.size() >= acknowledged);
        CHECK(desk.version >= 2 * acknowledged);
        std::size_t onAir = 0;
        for (const auto& one : desk.questions) onAir += one.state == house::QuestionState::now ? 1u : 0u;
        CHECK(onAir == 1);
        for (std::size_t i = 0; i + 1 < acknowledged; ++i) {
            CHECK(desk.questions[i].state == house::QuestionState::done);
            CHECK(desk.questions[i].words == "question " + std::to_string(i + 1));
        }
    });
}
