// SPDX-License-Identifier: Apache-2.0
#include <QSignalSpy>
#include <QTest>
#include <random>
#include <thread>

#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "ui/models/offline_client.h"
#include "ui/models/people_model.h"
#include "ui/models/session_bridge.h"
#include "ui/models/words.h"

using namespace parlour;
using namespace parlour::tests;

namespace {
ui::PersonRow person(int id, int revision = 0) {
    ui::PersonRow row;
    row.identity = "p" + std::to_string(id);
    row.name = QString::number(id * 100 + revision);
    return row;
}

/// A view that believes only the signals: it must end with the model's rows.
struct Mirror {
    explicit Mirror(ui::PeopleModel& model) : m_model(model) {
        using M = ui::PeopleModel;
        QObject::connect(&model, &M::rowsInserted, [this](const QModelIndex&, int first, int last) {
            for (int i = first; i <= last; ++i) names.insert(i, name(i));
        });
        QObject::connect(&model, &M::rowsRemoved, [this](const QModelIndex&, int first, int last) {
            names.erase(names.begin() + first, names.begin() + last + 1);
        });
        QObject::connect(&model, &M::rowsMoved, [this](const QModelIndex&, int from, int, const QModelIndex&, int to) {
            names.move(from, to < from ? to : to - 1);
        });
        QObject::connect(&model, &M::dataChanged, [this](const QModelIndex& index) { names[index.row()] = name(index.row()); });
    }
    QString name(int row) const { return m_model.data(m_model.index(row), ui::PeopleModel::Name).toString(); }
    ui::PeopleModel& m_model;
    QStringList names;
};
}  // namespace

TEST_CASE("a list changes by identity: any list becomes any other by its signals alone", "[ui][models]") {
    std::mt19937 random(7);
    ui::PeopleModel model;
    Mirror mirror(model);
    for (int round = 0; round < 400; ++round) {
        std::vector<ui::PersonRow> next;
        for (int id = 0; id < 14; ++id)
            if (random() % 3) next.push_back(person(id, static_cast<int>(random() % 2)));
        std::shuffle(next.begin(), next.end(), random);
        model.showPeople(next);
        QStringList wanted;
        for (const auto& row : next) wanted << row.name;
        REQUIRE(mirror.names == wanted);
    }
}

TEST_CASE("rows stay where they are while a menu is open, and catch up afterwards", "[ui][models]") {
    ui::PeopleModel model;
    model.showPeople({person(1), person(2), person(3)});
    model.setFrozen(true);
    model.showPeople({person(3), person(1, 5), person(4)});
    CHECK(model.rowCount() == 3);
    CHECK(model.rows()[0].name == QLatin1String("105"));
    model.setFrozen(false);
    CHECK(model.rows()[0].identity == "p3");
    CHECK(model.rowCount() == 3);
    CHECK(model.rows()[2].identity == "p4");
}

TEST_CASE("of many snapshots from another thread the last one is shown, in one go", "[ui][models]") {
    ManualClock clock;
    ui::OfflineClient client(clock);
    ui::SessionBridge bridge(client, clock);
    QSignalSpy changes(&bridge, &ui::SessionBridge::changed);
    std::thread net([&] {
        for (int i = 1; i <= 500; ++i) {
            auto state = std::make_shared<room::RoomState>();
            state->session = room::SessionState::joined;
            state->revision = static_cast<std::uint64_t>(i);
            state->title = "Room " + std::to_string(i);
            bridge.publish(state);
        }
    });
    net.join();
    REQUIRE(QTest::qWaitFor([&] { return bridge.title() == QLatin1String("Room 500"); }, 5000));
    CHECK(changes.count() < 50);
}

TEST_CASE("a ring fades to nothing after the last word", "[ui][models]") {
    ui::PeopleModel model;
    auto row = person(1);
    row.onStage = true;
    model.showPeople({row});
    model.updateLevels([](const ui::PersonRow&) { return 0.4f; });
    CHECK(model.data(model.index(0), ui::PeopleModel::Level).toDouble() > 0.3);
    for (int i = 0; i < 30; ++i) model.updateLevels([](const ui::PersonRow&) { return 0.0f; });
    CHECK(model.data(model.index(0), ui::PeopleModel::Level).toDouble() == 0.0);
}

TEST_CASE("five thousand people come in without a stall", "[ui][models]") {
    ManualClock clock;
    room::RoomState state;
    state.session = room::SessionState::joined;
    for (int i = 0; i < 5000; ++i) {
        auto one = std::make_shared<room::Participant>();
        one->identity = base::Identity("id" + std::to_string(i));
        one->name = "Person " + std::to_string(i);
        state.participants.push_back(one);
    }
    ui::PeopleModel model;
    QSignalSpy inserted(&model, &ui::PeopleModel::rowsInserted);
    model.showPeople(ui::personRows(state));
    CHECK(inserted.count() == 1);   // one run, not five thousand
    auto rows = ui::personRows(state);
    rows.erase(rows.begin() + 2500);
    QSignalSpy removed(&model, &ui::PeopleModel::rowsRemoved);
    model.showPeople(rows);
    CHECK(removed.count() == 1);
    CHECK(model.rowCount() == 4999);
}

TEST_CASE("the own state is said in words", "[ui][models]") {
    ManualClock clock;
    ui::OfflineClient client(clock);
    ui::SessionBridge bridge(client, clock);
    client.listen({[&](room::RoomStatePtr s) { bridge.publish(s); }, {}, {}});
    const auto shows = [&](const char* words) {
        return QTest::qWaitFor([&] { return bridge.stateWords() == QString::fromUtf8(words); }, 2000);
    };
    client.fill("Ana", "listener");
    CHECK(shows("Listening only"));
    client.command({api::StageVerb::raise, {}, {}, {}, true, false});
    CHECK(shows("Hand raised · 4th in line"));
    client.command({api::StageVerb::accept, {}, {}, {}, true, false});
    CHECK(shows("On stage, muted"));
    client.setMicrophone(true);
    CHECK(shows("Live: you are heard"));
    auto state = client.state();
    for (auto& one : state.participants)
        if (one->isSelf) {
            auto copy = std::make_shared<room::Participant>(*one);
            copy->mutedBy = "marcdubois";
            one = copy;
        }
    state.microphoneLive = state.microphoneWanted = false;
    client.show(state);
    CHECK(shows("Muted by a moderator"));
}

TEST_CASE("initials are at most two letters of any writing", "[ui][models]") {
    CHECK(ui::initials("Josephine Okafor") == QLatin1String("JO"));
    CHECK(ui::initials("  marc  de  la dubois ") == QLatin1String("MD"));
    CHECK(ui::initials("Zoe") == QLatin1String("Z"));
    CHECK(ui::initials("") == QLatin1String("?"));
    CHECK(ui::initials("李 伟") == QStringLiteral("李伟"));
    CHECK(ui::initials("<b>x</b>").size() <= 4);
}

TEST_CASE("places are counted as people say them", "[ui][models]") {
    CHECK(ui::ordinal(1) == QLatin1String("1st"));
    CHECK(ui::ordinal(2) == QLatin1String("2nd"));
    CHECK(ui::ordinal(3) == QLatin1String("3rd"));
    CHECK(ui::ordinal(11) == QLatin1String("11th"));
    CHECK(ui::ordinal(12) == QLatin1String("12th"));
    CHECK(ui::ordinal(22) == QLatin1String("22nd"));
    CHECK(ui::ordinal(111) == QLatin1String("111th"));
}
