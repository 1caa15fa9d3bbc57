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

double threadMs() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

/// CPU of this thread per frame while one person after the other changes, 20 times a second.
double perFrame(RoomWindow& w, room::RoomState state, int changes) {
    int frames = 0;
    QObject::connect(w.window, &QQuickWindow::frameSwapped, w.window, [&] { ++frames; });
    const auto change = [&](int i) {
        // A speaker's level each time, so that there is a frame to draw in every room; and somebody far down as well.
        for (const auto at : {static_cast<std::size_t>(i % 4), state.participants.size() - 1 - static_cast<std::size_t>(i) % state.participants.size()}) {
            auto copy = std::make_shared<room::Participant>(*state.participants[at]);
            copy->speakerLevel = i % 2 ? 0.9f : 0.2f;
            copy->connectionQuality = i % 3;
            state.participants[at] = std::move(copy);
        }
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
    return frames > 0 ? spent / frames : 1e9;
}

}  // namespace

TEST_CASE("a room of 5,000 costs the window at most half as much again per frame as an empty one", "[ui][large][bench]") {
    constexpr int kChanges = 100;
    RoomWindow small("moderator", QSize(1280, 800));
    const double few = perFrame(small, small.client.state(), kChanges);
    RoomWindow large("moderator", QSize(1280, 800));
    const double many = perFrame(large, crowd(large, 5000), kChanges);
    std::cout << "GUI thread per frame at 20 changes a second: " << few << " ms with " << small.client.state().participants.size() << " people, " << many
              << " ms with 5,000 more; ratio " << many / few << " (goal <= 1.5)" << std::endl;
    CHECK(many <= 1.5 * few);
}
