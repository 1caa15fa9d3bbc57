// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/live_client.h"

#include <future>

#include "core/base/log.h"
#include "core/room/entrance.h"
#include "core/signal/invite_link.h"

namespace parlour::desktop {

namespace {
constexpr auto kPatience = std::chrono::milliseconds(1500);
constexpr auto kTone = std::chrono::milliseconds(900);

/// An endpoint's text as the engine's value; what cannot be read is the system's default.
audio::Endpoint endpointOf(const std::string& text, bool capture) {
    if (text.empty()) return {};
    auto parsed = audio::parseEndpoint(text, capture);
    if (parsed) return *parsed;
    base::log(base::LogLevel::warn, "desktop", base::describe(parsed.error()));
    return {};
}

audio::EngineSettings engineSettings(const ui::SoundSettings& settings) {
    audio::EngineSettings engine;
    engine.devices.capture = endpointOf(settings.capture, true);
    engine.devices.playout = endpointOf(settings.playout, false);
    engine.capture.echoCancelling = settings.echoCancelling;
    engine.capture.noiseSuppression = settings.noiseSuppression;
    engine.capture.highPass = settings.rumbleFilter;
    engine.capture.voiceGate = settings.voiceGate;
    engine.listening.levelling = settings.levelling;
    engine.listening.seats = static_cast<audio::Seats>(settings.seats);
    engine.capture.automaticGain = settings.automaticGain;
    engine.capture.music = settings.music;
    engine.devices.ring = endpointOf(settings.ring, false);
    engine.devices.delay = static_cast<audio::DelayMode>(settings.delay);
    return engine;
}
}  // namespace

base::Result<std::unique_ptr<LiveClient>> LiveClient::open(const base::Clock& clock, const std::string& home,
                                                           std::vector<std::string> plainHttpHosts, room::PersonKeys keys) {
    return std::unique_ptr<LiveClient>(new LiveClient(clock, home, std::move(plainHttpHosts), std::move(keys)));
}

LiveClient::LiveClient(const base::Clock& clock, const std::string& home, std::vector<std::string> plainHttpHosts,
                       room::PersonKeys keys)
    : m_clock(clock), m_plainHttpHosts(std::move(plainHttpHosts)), m_keys(std::move(keys)), m_audio(clock), m_networks(home),
      m_hallway(m_loop, m_keys,
                [this](ui::HallwayView view) {
                    if (m_events.onHallway) m_events.onHallway(std::move(view));
                }),
      m_houses(m_loop, m_keys), m_hosting(clock, home + "/house") {
    m_loop.start("net");
}

LiveClient::~LiveClient() {
    auto gone = std::make_shared<std::promise<void>>();
    auto waiting = gone->get_future();
    m_loop.post([this, gone] {
        const auto end = [this, gone] {
            m_loop.post([this, gone] {   // not from inside the session's own call
                m_session.reset();
                m_audio.stop();
                gone->set_value();
            });
        };
        if (m_session)
            m_session->leave(end);
        else
            end();
    });
    waiting.wait_for(kPatience);
    m_loop.stop();
    m_loop.join();
    m_session.reset();
}

base::Result<ui::LinkFacts> LiveClient::readLink(const std::string& link) const {
    auto parsed = signal::InviteLink::parse(link, m_plainHttpHosts);
    if (!parsed) return base::Unexpected(std::move(parsed).error());
    const auto& origin = parsed->origin();
    ui::LinkFacts facts;
    facts.secure = origin.secure;
    facts.pinned = !parsed->pin().empty();
    facts.loopback = origin.isLoopback();
    const auto text = origin.str();
    facts.host = text.substr(text.find("://") + 3);
    facts.display = parsed->display();
    facts.server = facts.pinned ? text + "#p=" + parsed->pin() : text;
    return facts;
}

void LiveClient::lookInside(const std::string& link, std::function<void(base::Result<room::LinkPreview>)> done) {
    m_loop.post([this, link, done = std::move(done)] {
        auto parsed = signal::InviteLink::parse(link, m_plainHttpHosts);
        if (!parsed) return done(base::Unexpected(std::move(parsed).error()));
        room::RoomSession::preview(m_loop, m_keys, *parsed, done);
    });
}

void LiveClient::withFreshSession(const std::string& name, std::function<void(room::RoomSession&)> use) {
    if (m_session) {
        const auto now = m_session->state()->session;
        if (now != room::SessionState::left && now != room::SessionState::idle)
            return m_session->leave([this, name, use = std::move(use)]() mutable {
                // Not from inside the old session's own call.
                m_loop.post([this, name, use = std::move(use)]() mutable { withFreshSession(name, std::move(use)); });
            });
    }
    room::SessionConfig config;
    config.name = name;
    config.networks = &m_networks;
    room::Observer observer;
    observer.onState = [this](room::RoomStatePtr state) {
        if (m_events.onState) m_events.onState(std::move(state));
    };
    observer.onRefused = [this](const base::Error& error) {
        if (m_events.onRefused) m_events.onRefused(error);
    };
    observer.onStats = [this](const room::SessionStats& stats) {
        if (m_events.onStats) m_events.onStats(stats);
    };
    m_session.reset();
    m_session = std::make_unique<room::RoomSession>(m_loop, m_clock, m_keys, m_audio, config, std::move(observer));
    use(*m_session);
}

void LiveClient::enter(const std::string& link, const std::string& name) {
    m_loop.post([this, link, name] {
        auto parsed = signal::InviteLink::parse(link, m_plainHttpHosts);
        if (!parsed) {
            if (m_events.onRefused) m_events.onRefused(parsed.error());
            return;
        }
        withFreshSession(name, [link = *parsed](room::RoomSession& session) { session.enter(link); });
    });
}

void LiveClient::redeem(const std::string& link, const std::string& name, const std::string& code,
                        std::function<void(base::Result<api::Redeemed>)> done) {
    m_loop.post([this, link, name, code, done = std::move(done)] {
        auto parsed = signal::InviteLink::parse(link, m_plainHttpHosts);
        if (!parsed) return done(base::Unexpected(std::move(parsed).error()));
        auto client = std::make_shared<room::HouseClient>(m_loop, m_keys, room::HouseAddress{parsed->origin(), parsed->pin()});
        client->redeem(parsed->id(), parsed->secret(), name, code, [client, done](base::Result<api::Redeemed> answer) mutable {
            const auto keep = std::move(client);   // lives exactly until its answer
            done(std::move(answer));
        });
    });
}

void LiveClient::enterKnown(const std::string& origin, const base::RoomId& room, const std::string& name) {
    m_loop.post([this, origin, room, name] {
        auto address = parseServer(origin);
        if (!address) {
            if (m_events.onRefused) m_events.onRefused(address.error());
            return;
        }
        withFreshSession(name, [address = *address, room](room::RoomSession& session) { session.enterKnown(address, room); });
    });
}

base::Result<void> LiveClient::enterServer(const std::string& url, const std::string& token) {
    auto server = room::checkServerAddress({url, token});
    if (!server) return base::Unexpected<base::Error>(std::move(server).error());
    m_loop.post([this, server = std::move(*server)] {
        withFreshSession({}, [server](room::RoomSession& session) { session.enterServer(server); });
    });
    return {};
}

void LiveClient::refreshHallway(const std::vector<std::string>& origins) {
    m_loop.post([this, origins] { m_hallway.refresh(origins); });
    m_hosting.listRooms([this](std::string server, std::vector<api::AdminRoom> rooms) {
        std::vector<ui::HallwayRoom> own;
        for (const auto& room : rooms) {
            ui::HallwayRoom entry;
            entry.origin = server;
            entry.room = room.room;
            entry.title = room.title;
            entry.live = room.live;
            entry.onStage = room.onStage;
            entry.listeners = room.present - room.onStage;
            entry.thisComputer = true;
            own.push_back(std::move(entry));
        }
        m_loop.post([this, server, own = std::move(own)]() mutable { m_hallway.setOwn(server, std::move(own)); });
    });
}

float LiveClient::level(std::uint32_t audioTrack) const {
    return audioTrack == 0 ? -1.0f : m_audio.trackLevel(audio::TrackId{audioTrack});
}

void LiveClient::leave() {
    m_loop.post([this] {
        if (m_session) m_session->leave([] {});
    });
}

void LiveClient::setMicrophone(bool open) {
    m_loop.post([this, open] {
        if (m_session) m_session->setMicrophone(open);
    });
}
void LiveClient::command(const room::Command& command) {
    m_loop.post([this, command] {
        if (m_session) m_session->command(command);
    });
}
void LiveClient::say(const std::string& text) {
    m_loop.post([this, text] {
        if (m_session) m_session->sendChat(text);
    });
}
void LiveClient::resendChat(const std::string& id) {
    m_loop.post([this, id] {
        if (m_session) m_session->resendChat(id);
    });
}
void LiveClient::deleteChat(const std::string& id) {
    m_loop.post([this, id] {
        if (m_session) m_session->deleteChat(id);
    });
}
void LiveClient::setChatRules(std::optional<int> slowS, std::optional<std::string> pinned) {
    m_loop.post([this, slowS, pinned = std::move(pinned)] {
        if (m_session) m_session->setChatRules(slowS, pinned);
    });
}
void LiveClient::earlierChat() {
    m_loop.post([this] {
        if (m_session) m_session->earlierChat();
    });
}
void LiveClient::react(std::size_t reaction) {
    m_loop.post([this, reaction] {
        if (m_session) m_session->react(reaction);
    });
}
void LiveClient::dismissAskToUnmute() {
    m_loop.post([this] {
        if (m_session) m_session->dismissAskToUnmute();
    });
}
void LiveClient::setVolume(const base::Identity& who, float gain) {
    m_loop.post([this, who, gain] {
        if (m_session) m_session->setVolume(who, gain);
    });
}
void LiveClient::createInvitation(api::Role role, std::optional<int> uses, std::optional<std::chrono::seconds> expires,
                                  std::function<void(base::Result<std::string>)> done) {
    m_loop.post([this, role, uses, expires, done = std::move(done)] {
        if (m_session) return m_session->createInvitation(role, uses, expires, done);
        done(base::fail(base::ErrorKind::conflict, "not_in_room", "You are not in a room.", "Enter a room first."));
    });
}

void LiveClient::startRoom(const std::string& title, ui::Reach reach, std::function<void(base::Result<std::string>)> done) {
    m_hosting.makeRoom(title, reach, std::move(done));
}

void LiveClient::foundHouse(const std::string& title, const std::string& name, ui::Reach reach,
                            std::function<void(base::Result<std::string>)> done) {
    m_hosting.makeOwner(title, name, reach, [this](const base::HouseId& house) {
        const auto key = m_keys.keyFor(house).publicKey();
        return base::Bytes(key.begin(), key.end());
    }, std::move(done));
}

void LiveClient::openHouse(ui::Reach reach, std::function<void(base::Result<std::string>)> done) { m_hosting.open(reach, std::move(done)); }

void LiveClient::applySound(const ui::SoundSettings& settings) {
    m_loop.post([this, engine = engineSettings(settings)] {
        if (m_soundRuns) {
            m_audio.apply(engine);
        } else {
            m_audio.start(engine);
            m_soundRuns = true;
        }
    });
}

ui::SoundState LiveClient::soundState() const {
    const auto capture = m_audio.captureState();
    const auto playout = m_audio.playoutState();
    const auto stats = m_audio.stats();
    ui::SoundState state;
    if (stats.playoutRunning || stats.captureRunning) state.blockMs = stats.blockFrames / 48;
    state.packetMs = stats.sendFrameMs;
    state.captureOk = capture.ok;
    state.playoutOk = playout.ok;
    if (!playout.ok)
        state.problem = playout.problem;
    else if (!capture.ok)
        state.problem = capture.problem;
    else if ((state.fallback = capture.fallback || playout.fallback))
        state.problem = playout.fallback ? playout.problem : capture.problem;
    return state;
}

void LiveClient::testMicrophone(bool on) {
    m_loop.post([this, on] { m_audio.testMicrophone(on); });
}
void LiveClient::ring() {
    m_loop.post([this] { m_audio.ring(); });
}
void LiveClient::recordTest(std::chrono::milliseconds length, std::function<void()> recorded) {
    m_loop.post([this, length, recorded = std::move(recorded)] { m_audio.recordTest(length, recorded); });
}
void LiveClient::playTest(std::function<void()> played) {
    m_loop.post([this, played = std::move(played)] { m_audio.playTest(played); });
}
void LiveClient::stopTests() {
    m_loop.post([this] { m_audio.stopTests(); });
}
void LiveClient::playTone() {
    m_loop.post([this] { m_audio.playTone(kTone); });
}
ui::MicrophoneNow LiveClient::microphone() const {
    return {m_audio.stats().captureRunning, m_audio.microphoneSpeaking(), m_audio.microphoneLevel(), m_audio.noiseFloor()};
}
void LiveClient::keepMicrophone(bool on) {
    m_loop.post([this, on] { m_audio.keepMicrophone(on); });
}
void LiveClient::startRecording(const std::string& file) {
    m_audio.startRecording(file);   // only says what is wanted: recording() is true at once
}
void LiveClient::stopRecording() {
    m_audio.stopRecording();
}
ui::RecordingNow LiveClient::recording() const {
    const auto state = m_audio.recordingState();
    return {state.wanted, state.running, std::chrono::duration_cast<std::chrono::seconds>(state.length), state.problem};
}
void LiveClient::setDeafened(bool deafened) {
    m_loop.post([this, deafened] { m_audio.setDeafened(deafened); });
}

}  // namespace parlour::desktop
