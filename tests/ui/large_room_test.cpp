// SPDX-License-Identifier: Apache-2.0
// Thousands in one room: the window's work for a change follows what is drawn, not how many are there.
#include <QElapsedTimer>
#include <ctime>
#include <iostream>

#include "tests/support/catch.h"
#include "tests/ui/room_window.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

/// The offline room with `listeners` more, sorted as the session sorts them.
room::RoomState crowd(const RoomWindow& w, int listeners) {
    auto state = w.client.state();
    for (int i = 0; i < listeners; ++i) {
        auto person = std::make_shared<room::Participant>();
        person->identity = base::Identity("listener" + std::to_string(i));
        person->name = "Listener " + std::to_string(i);
        state.participants.push_back(std::move(person));
    }
    return state;
}

/// Nobody but oneself, on stage.
room::RoomState empty(const RoomWindow& w) {
    auto state = w.client.state();
    std::erase_if(state.participants, [](const auto& person) { return !person->isSelf; });
    state.hands.clear();
    REQUIRE(state.participants.size() == 1);
    REQUIRE(state.participants.front()->seat == api::Seat::stage);
    return state;
}

double threadMs() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

/// CPU of this thread per frame while one person after the other changes, 20 times a second. One's own microphone goes on and
/// off with it, so that every change draws the same frame in every room.
double perFrame(RoomWindow& w, room::RoomState state, int changes) {
    int frames = 0;
    QObject::connect(w.window, &QQuickWindow::frameSwapped, w.window, [&] { ++frames; });
    const auto change = [&](int i) {
        state.microphoneWanted = state.microphoneLive = i % 2 == 0;
        auto& person = state.participants[state.participants.size() - 1 - static_cast<std::size_t>(i) % state.participants.size()];
        auto copy = std::make_shared<room::Participant>(*person);
        copy->connectionQuality = i % 3;
        copy->speakerLevel = i % 2 ? 0.9f : 0.2f;
        person = std::move(copy);
        w.client.show(state);
    };
    w.client.show(state);
    w.settle();
    frames = 0;
    const double before = threadMs();
    for (int i = 0; i < changes; ++i) {
        QElapsedTimer tick;
        tick.start();
        change(i);
        while (tick.elapsed() < 50) QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, static_cast<int>(50 - tick.elapsed()));
    }
    const double spent = threadMs() - before;
    QObject::disconnect(w.window, &QQuickWindow::frameSwapped, w.window, nullptr);
    INFO(frames << " frames");
    CHECK(frames >= changes);   // or the two would be compared over different work
    return frames > 0 ? spent / frames : 1e9;
}

}  // namespace

TEST_CASE("a room of 5,000 costs the window at most half as much again per frame as an empty one", "[ui][large][bench]") {
    constexpr int kChanges = 100;
    // In turns: what else the machine does meanwhile falls on both.
    double nobody = 1e9, many = 1e9;
    for (int round = 0; round < 3; ++round) {
        RoomWindow alone("moderator", QSize(1280, 800));
        nobody = std::min(nobody, perFrame(alone, empty(alone), kChanges));
        RoomWindow large("moderator", QSize(1280, 800));
        many = std::min(many, perFrame(large, crowd(large, 5000), kChanges));
    }
    std::cout << "GUI thread per frame at 20 changes a second: " << nobody << " ms alone in the room, " << many << " ms with 5,000 listeners; ratio "
              << many / nobody << " (goal <= 1.5)" << std::endl;
    CHECK(many <= 1.5 * nobody);
}
