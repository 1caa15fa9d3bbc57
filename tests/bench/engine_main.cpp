// SPDX-License-Identifier: Apache-2.0
// Delay of the engine alone: two people of one house in this process, each with a sound card that is none. A chirp goes in
// where a microphone would deliver it and comes out where a loudspeaker would ask for it; no device is between. The time of a
// sample going in is the one when it would have been spoken (its block ends when it is delivered), coming out when it would be played.
//   parlour_bench_engine MOUTH_LINK EAR_LINK FRAME_MS automatic|low CHIRPS    -> one JSON line: {"delays":[ms ...],"underruns":N,
//                                                                                 "waited" and "aimed": ms in the jitter buffer}
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string>
#include <thread>
#include <vector>

#include "audio/audio_engine.h"
#include "audio/null_backend.h"
#include "core/base/clock.h"
#include "core/net/event_loop.h"
#include "core/room/room_session.h"
#include "core/room/session_stats.h"

using namespace parlour;
using namespace std::chrono_literals;

namespace {

constexpr double kRate = 48'000.0;
constexpr std::size_t kChirp = 5'760;  // 120 ms
constexpr std::size_t kReach = 19'200; // a chirp is looked for within 400 ms

[[noreturn]] void stop(const std::string& why) {
    std::fprintf(stderr, "parlour_bench_engine: %s\n", why.c_str());
    std::exit(1);
}

double inMs(base::TimePoint t) { return std::chrono::duration<double, std::milli>(t.time_since_epoch()).count(); }

/// Samples with the time of each block's first one.
struct Tape {
    struct Block {
        std::size_t at = 0;
        base::TimePoint begun{};
    };
    std::mutex mutex;
    std::vector<float> samples;
    std::vector<Block> blocks;

    void add(std::span<const float> sound, base::TimePoint begun) {
        const std::lock_guard lock(mutex);
        blocks.push_back({samples.size(), begun});
        samples.insert(samples.end(), sound.begin(), sound.end());
    }
    double timeOf(std::size_t sample) const {  // ms
        const auto after = std::upper_bound(blocks.begin(), blocks.end(), sample, [](std::size_t s, const Block& b) { return s < b.at; });
        const auto& block = *std::prev(after);
        return inMs(block.begun) + static_cast<double>(sample - block.at) / kRate * 1000.0;
    }
};

/// A card that delivers and asks for one block each so many samples, by the clock.
class Card final : public audio::AudioBackend {
  public:
    explicit Card(const base::Clock& clock) : m_clock(clock) {}
    ~Card() override { end(); }
    /// Nothing is added to the tapes any more.
    void end() {
        m_over = true;
        if (m_thread.joinable()) m_thread.join();
    }
    base::Result<void> openPlayout(const audio::Endpoint&, int frames, audio::DeviceCallbacks callbacks) override {
        const std::lock_guard lock(m_mutex);
        m_wanted = std::move(callbacks.wanted);
        begin(frames);
        return {};
    }
    base::Result<void> openCapture(const audio::Endpoint&, int frames, audio::DeviceCallbacks callbacks) override {
        const std::lock_guard lock(m_mutex);
        m_captured = std::move(callbacks.captured);
        begin(frames);
        return {};
    }
    void closePlayout() override {
        const std::lock_guard lock(m_mutex);
        m_wanted = {};
    }
    void closeCapture() override {
        const std::lock_guard lock(m_mutex);
        m_captured = {};
    }
    std::uint64_t capturedFrames() const override { return m_frames; }
    std::uint64_t playedFrames() const override { return m_frames; }

    /// What is said from now on; the card is silent before and after.
    void say(std::vector<float> sound) {
        const std::lock_guard lock(m_mutex);
        m_says = std::move(sound);
        m_saysAt = 0;
    }
    bool said() {
        const std::lock_guard lock(m_mutex);
        return m_saysAt >= m_says.size();
    }
    Tape in, out;

  private:
    void begin(int frames) {
        m_block = static_cast<std::size_t>(frames);
        if (!m_thread.joinable()) m_thread = std::thread([this] { run(); });
    }
    void run() {
        auto next = std::chrono::steady_clock::now();
        std::vector<float> block;
        while (!m_over) {
            {
                const std::lock_guard lock(m_mutex);
                block.assign(m_block, 0.0f);
                const auto length = base::Duration(static_cast<std::int64_t>(m_block) * 1000 / 48);
                const auto now = m_clock.now();
                if (m_wanted) {
                    m_wanted(block);
                    out.add(block, now);
                }
                std::fill(block.begin(), block.end(), 0.0f);
                for (std::size_t i = 0; i < block.size() && m_saysAt < m_says.size(); ++i) block[i] = m_says[m_saysAt++];
                if (m_captured) {
                    in.add(block, now - length);
                    m_captured(block);
                }
                m_frames += m_block;
                next += length;
            }
            std::this_thread::sleep_until(next);
        }
    }

    const base::Clock& m_clock;
    std::mutex m_mutex;
    std::function<void(std::span<const float>)> m_captured;
    std::function<void(std::span<float>)> m_wanted;
    std::size_t m_block = 240;
    std::vector<float> m_says;
    std::size_t m_saysAt = 0;
    std::atomic<std::uint64_t> m_frames{0};
    std::atomic<bool> m_over{false};
    std::thread m_thread;
};

struct Person {
    Card* card;
    audio::AudioEngine engine;
    room::PersonKeys keys = room::PersonKeys::fresh();
    std::unique_ptr<room::RoomSession> session;
    room::RoomStatePtr state;
    room::SessionStats stats;

    Person(net::EventLoop& loop, const base::Clock& clock, const std::string& name, int frameMs, audio::DelayMode delay)
        : card(new Card(clock)),
          engine(clock, {std::unique_ptr<audio::AudioBackend>(card), true, std::make_unique<audio::NullBackend>(clock, false)}) {
        audio::EngineSettings settings;
        settings.capture.frameMs = frameMs;
        settings.capture.echoCancelling = settings.capture.noiseSuppression = settings.capture.highPass = false;
        settings.devices.delay = delay;
        engine.start(settings);
        room::SessionConfig config;
        config.name = name;
        room::Observer observer;
        observer.onState = [this](room::RoomStatePtr s) { state = std::move(s); };
        observer.onStats = [this](const room::SessionStats& s) { stats = s; };
        session = std::make_unique<room::RoomSession>(loop, clock, keys, engine, config, std::move(observer));
    }
    void enter(const std::string& text) {
        const auto link = signal::InviteLink::parse(text);
        if (!link) stop("not a link: " + text);
        session->enter(*link);
    }
    bool joined() const { return state && state->session == room::SessionState::joined; }
};

/// In the jitter buffer.
struct Waited {
    double waited = 0.0, emitted = 0.0, target = 0.0, played = 0.0;
    static Waited of(const room::SessionStats& stats) {
        Waited w;
        for (const auto& t : stats.tracks)
            w = {t.jitterBufferDelay, static_cast<double>(t.jitterBufferEmittedCount), t.jitterBufferTargetDelay,
                 static_cast<double>(t.totalSamplesReceived)};
        return w;
    }
    Waited operator-(const Waited& b) const { return {waited - b.waited, emitted - b.emitted, target - b.target, played - b.played}; }
    double mean() const { return emitted > 0.0 ? 1000.0 * waited / emitted : 0.0; }  // ms
    double aimed() const { return played > 0.0 ? 1000.0 * target / played : 0.0; }   // ms
};

std::vector<float> chirp() {
    std::vector<float> out(kChirp);
    for (std::size_t i = 0; i < kChirp; ++i) {
        const double t = static_cast<double>(i) / kRate;
        const double window = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * static_cast<double>(i) / (kChirp - 1.0));
        out[i] = static_cast<float>(0.5 * window * std::sin(2.0 * std::numbers::pi * (300.0 * t + 3500.0 / 0.24 * t * t)));
    }
    return out;
}

/// Where `sweep` begins at or after `from`, within `reach`; nothing when it is not there.
std::optional<std::size_t> find(const std::vector<float>& sound, const std::vector<float>& sweep, std::size_t from, std::size_t reach) {
    double best = 0.0, energy = 0.0;
    std::size_t where = from;
    for (const float s : sweep) energy += static_cast<double>(s) * s;
    for (std::size_t at = from; at < from + reach && at + sweep.size() <= sound.size(); ++at) {
        float sum = 0.0f, power = 1e-9f;
        for (std::size_t i = 0; i < sweep.size(); ++i) {
            sum += sound[at + i] * sweep[i];
            power += sound[at + i] * sound[at + i];
        }
        const double likeness = std::abs(sum) / std::sqrt(static_cast<double>(power) * energy);
        if (likeness > best) {
            best = likeness;
            where = at;
        }
    }
    return best > 0.6 ? std::optional(where) : std::nullopt;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) stop("MOUTH_LINK EAR_LINK FRAME_MS automatic|low CHIRPS");
    const auto delay = audio::delayModeOf(argv[4]);
    if (!delay) stop("automatic, low or comfort");
    const int chirps = std::atoi(argv[5]);
    base::SystemClock clock;
    net::EventLoop loop;
    Person mouth(loop, clock, "Mouth", std::atoi(argv[3]), *delay);
    Person ear(loop, clock, "Ear", std::atoi(argv[3]), *delay);
    const auto until = [&](auto&& done, base::Duration patience, const char* what) {
        if (!loop.runUntil(done, patience)) stop(std::string("waited too long for ") + what);
    };
    const auto pass = [&](base::Duration length) { loop.runUntil([] { return false; }, length); };
    mouth.enter(argv[1]);
    until([&] { return mouth.joined() && mouth.state->me() && mouth.state->me()->seat == api::Seat::stage; }, 20s, "the speaker on stage");
    mouth.session->setMicrophone(true);
    until([&] { return mouth.state->microphoneLive; }, 20s, "the open microphone");
    ear.enter(argv[2]);
    until([&] { return ear.joined(); }, 20s, "the listener");
    pass(8s);  // until reports have shown what the way is like

    const auto sweep = chirp();
    std::vector<float> says;
    std::vector<std::size_t> starts;
    std::uint32_t seed = 3;
    for (int i = 0; i < chirps; ++i) {
        starts.push_back(says.size());
        says.insert(says.end(), sweep.begin(), sweep.end());
        seed = seed * 1664525u + 1013904223u;
        says.insert(says.end(), 21'600 + seed % 21'600, 0.0f);  // 0.45 to 0.9 s
    }
    const auto before = Waited::of(ear.stats);
    std::size_t begun = 0;
    {
        const std::lock_guard lock(mouth.card->in.mutex);
        begun = mouth.card->in.samples.size();
    }
    mouth.card->say(says);
    until([&] { return mouth.card->said(); }, std::chrono::seconds(2 * chirps + 10), "the last chirp");
    pass(700ms);

    const sched_param ordinary{};  // from here on it computes only: what is real-time must not do that
    sched_setscheduler(0, SCHED_OTHER, &ordinary);
    const auto stats = ear.engine.stats();
    mouth.session.reset();
    ear.session.reset();
    mouth.engine.stop();
    ear.engine.stop();
    mouth.card->end();
    ear.card->end();
    const auto& said = mouth.card->in;
    const auto& heard = ear.card->out;
    nlohmann::json delays = nlohmann::json::array();
    for (const auto start : starts) {
        const auto in = find(said.samples, sweep, begun + start, 960);
        if (!in) continue;
        const double spoken = said.timeOf(*in);
        // The first sample that was asked for after that.
        const auto block = std::partition_point(heard.blocks.begin(), heard.blocks.end(), [&](const Tape::Block& b) { return inMs(b.begun) < spoken; });
        if (block == heard.blocks.end()) continue;
        if (const auto out = find(heard.samples, sweep, block->at, kReach)) delays.push_back(heard.timeOf(*out) - spoken);
    }
    const auto waited = Waited::of(ear.stats) - before;
    std::cout << nlohmann::json{{"delays", delays}, {"underruns", stats.playoutUnderruns}, {"waited", waited.mean()}, {"aimed", waited.aimed()}}
              << std::endl;
    return delays.empty() ? 1 : 0;
}
