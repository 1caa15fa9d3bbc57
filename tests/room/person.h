// SPDX-License-Identifier: Apache-2.0
// A person in a room: session, engine and a sound card made of memory that moves in real time on the loop.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "audio/audio_engine.h"
#include "core/room/room_session.h"
#include "core/room/session_stats.h"
#include "tests/support/catch.h"
#include "tests/support/fake_backend.h"
#include "tests/support/likeness.h"
#include "tests/support/speech.h"

namespace parlour::tests {

using namespace std::chrono_literals;
using room::LeaveReason;
using room::SessionState;

class Person {
  public:
    Person(net::EventLoop& loop, std::string name, bool acceptOffers = false, room::Signalling way = room::Signalling::automatic);
    ~Person() { m_timer.cancel(); }

    void enter(const std::string& link) {
        const auto parsed = signal::InviteLink::parse(link);
        REQUIRE(parsed);
        session->enter(*parsed);
    }
    void order(api::StageVerb verb, const Person* target = nullptr, std::string note = {}) {
        room::Command command{};
        command.verb = verb;
        if (target != nullptr) command.target = target->id();
        command.note = std::move(note);
        session->command(command);
    }
    room::RoomStatePtr state() const { return session->state(); }
    bool joined() const { return state()->session == SessionState::joined; }
    bool left(LeaveReason why) const { return state()->session == SessionState::left && state()->leaveReason == why; }
    base::Identity id() const { return state()->self; }
    const room::Participant* me() const { return state()->me(); }
    bool onStage() const { return me() != nullptr && me()->seat == api::Seat::stage; }
    const room::Participant* sees(const Person& other) const { return state()->find(other.id()); }
    /// "anna:stage:open ben:audience", as this person sees the room.
    std::string room() const {
        std::string out;
        for (const auto& p : state()->participants)
            out += p->name + (p->seat == api::Seat::stage ? ":stage" : "") + (p->microphoneOpen ? ":open " : " ");
        return out;
    }

    void speak(std::uint32_t seed) { m_voice = speechLike(20.0, seed); }
    /// A tone without pauses.
    void hum() {
        m_voice.resize(48'000);
        for (std::size_t i = 0; i < m_voice.size(); ++i) m_voice[i] = 0.3f * std::sin(static_cast<float>(i % 120) * 0.05236f);
    }
    /// What was heard in the last `length`.
    std::span<const float> heard(base::Duration length) const {
        const std::span<const float> all(card->heard);
        const auto n = std::min(all.size(), static_cast<std::size_t>(length.count() * 48 / 1000));
        return all.last(n);
    }
    double loudness(base::Duration length) const { return rms(heard(length)); }
    /// How much of the last second is this voice (correlation, 0 to 1); looked at anew each 200 ms of sound.
    double hears(const Person& speaker) {
        auto& known = m_hears[&speaker];
        if (card->heard.size() < known.at + 9600 || speaker.m_said.size() < 48'000 || card->heard.size() < 48'000) return known.correlation;
        known.at = card->heard.size();
        // The half second that was spoken one second ago lies somewhere in what was heard since.
        const std::span<const float> said(speaker.m_said);
        known.correlation = likeness(said.subspan(said.size() - 48'000, 24'000), std::span<const float>(card->heard).last(48'000));
        return known.correlation;
    }
    bool silent(base::Duration length) const { return loudness(length) < 0.0005; }

    FakeBackend* card;
    audio::AudioEngine engine;
    room::PersonKeys keys = room::PersonKeys::fresh();
    std::vector<base::Error> refused;
    std::vector<SessionState> states;
    room::SessionStats stats;
    std::unique_ptr<room::RoomSession> session;

  private:
    void tick();

    net::EventLoop& m_loop;
    base::Timer m_timer;
    base::TimePoint m_begun;
    std::int64_t m_blocks = 0;
    std::vector<float> m_voice, m_said;
    struct Known {
        std::size_t at = 0;
        double correlation = 0;
    };
    std::map<const Person*, Known> m_hears;
    std::size_t m_voiceAt = 0;
};

inline Person::Person(net::EventLoop& loop, std::string name, bool acceptOffers, room::Signalling way)
    : card(new FakeBackend), engine(loop.clock(), {std::unique_ptr<audio::AudioBackend>(card), false}), m_loop(loop), m_begun(loop.clock().now()) {
    card->microphone = [this](std::span<float> block) {
        for (auto& s : block) {
            s = m_voice.empty() ? 0.0f : m_voice[m_voiceAt++ % m_voice.size()];
            m_said.push_back(s);
        }
    };
    audio::EngineSettings settings;
    settings.capture.echoCancelling = settings.capture.noiseSuppression = settings.capture.highPass = false;
    settings.devices.blockFrames = 480;
    engine.start(settings);
    room::SessionConfig config;
    config.name = std::move(name);
    config.acceptOffers = acceptOffers;
    config.signalling = way;
    room::Observer observer;
    observer.onState = [this](room::RoomStatePtr state) {
        if (states.empty() || states.back() != state->session) states.push_back(state->session);
    };
    observer.onRefused = [this](const base::Error& error) { refused.push_back(error); };
    observer.onStats = [this](const room::SessionStats& s) { stats = s; };
    session = std::make_unique<room::RoomSession>(loop, loop.clock(), keys, engine, config, std::move(observer));
    tick();
}

/// The card moves each 10 ms of real time, and makes good for what a busy machine has missed.
inline void Person::tick() {
    const auto due = (m_loop.clock().now() - m_begun) / 10ms;
    for (int i = 0; m_blocks < due && i < 20; ++i, ++m_blocks) {
        card->tick();
        engine.step();
    }
    m_blocks = std::max<std::int64_t>(m_blocks, due - 20);
    engine.step();
    m_timer = m_loop.postAfter(5ms, [this] { tick(); });
}

}  // namespace parlour::tests
