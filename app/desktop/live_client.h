// SPDX-License-Identifier: Apache-2.0
// The real thing behind the app's door RoomClient: net thread, session, sound, known houses, embedded server.
// Thread: called on the UI thread, never blocks (but the destructor, about a second at most); what it owns lives on the net
// thread unless said otherwise. Stop order is the reverse of the members.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "app/desktop/hallway.h"
#include "app/desktop/hosting.h"
#include "app/desktop/houses.h"
#include "audio/audio_engine.h"
#include "core/base/doors/clock.h"
#include "core/net/event_loop.h"
#include "core/room/known_networks.h"
#include "core/room/person_keys.h"
#include "core/room/room_session.h"
#include "ui/models/room_client.h"

namespace parlour::desktop {

class LiveClient final : public ui::RoomClient {
  public:
    /// `home`: keys of the person and the house of this computer. `plainHttpHosts` comes from the settings file.
    static base::Result<std::unique_ptr<LiveClient>> open(const base::Clock& clock, const std::string& home,
                                                          std::vector<std::string> plainHttpHosts, room::PersonKeys keys);
    ~LiveClient() override;
    ui::HouseClient& houses() { return m_houses; }

    void listen(ui::ClientEvents events) override { m_events = std::move(events); }
    base::Result<ui::LinkFacts> readLink(const std::string& link) const override;
    void lookInside(const std::string& link, std::function<void(base::Result<room::LinkPreview>)> done) override;
    void enter(const std::string& link, const std::string& name) override;
    void redeem(const std::string& link, const std::string& name, const std::string& code,
                std::function<void(base::Result<api::Redeemed>)> done) override;
    void enterKnown(const std::string& origin, const base::RoomId& room, const std::string& name) override;
    base::Result<void> enterServer(const std::string& url, const std::string& token) override;
    void leave() override;
    void setMicrophone(bool open) override;
    void command(const room::Command& command) override;
    void say(const std::string& text) override;
    void resendChat(const std::string& id) override;
    void deleteChat(const std::string& id) override;
    void setChatRules(std::optional<int> slowS, std::optional<std::string> pinned) override;
    void earlierChat() override;
    void react(std::size_t reaction) override;
    void dismissAskToUnmute() override;
    void setVolume(const base::Identity& who, float gain) override;
    void createInvitation(api::Role role, std::optional<int> uses, std::optional<std::chrono::seconds> expires,
                          std::function<void(base::Result<std::string>)> done) override;
    void refreshHallway(const std::vector<std::string>& origins) override;
    void startRoom(const std::string& title, ui::Reach reach, std::function<void(base::Result<std::string>)> done) override;
    void foundHouse(const std::string& title, const std::string& name, ui::Reach reach,
                    std::function<void(base::Result<std::string>)> done) override;
    void openHouse(ui::Reach reach, std::function<void(base::Result<std::string>)> done) override;
    void applySound(const ui::SoundSettings& settings) override;
    ui::SoundState soundState() const override;
    float level(std::uint32_t audioTrack) const override;
    float microphoneLevel() const override { return m_audio.microphoneLevel(); }
    void testMicrophone(bool on) override;
    void recordTest(std::chrono::milliseconds length, std::function<void()> recorded) override;
    void playTest(std::function<void()> played) override;
    void stopTests() override;
    void playTone() override;
    void ring() override;
    ui::MicrophoneNow microphone() const override;
    void keepMicrophone(bool on) override;
    void startRecording(const std::string& file) override;
    void stopRecording() override;
    ui::RecordingNow recording() const override;
    void setDeafened(bool deafened) override;

  private:
    LiveClient(const base::Clock& clock, const std::string& home, std::vector<std::string> plainHttpHosts, room::PersonKeys keys);
    /// Leaves the room one is in, then hands over a new session. One room at a time.
    void withFreshSession(const std::string& name, std::function<void(room::RoomSession&)> use);

    const base::Clock& m_clock;
    const std::vector<std::string> m_plainHttpHosts;
    ui::ClientEvents m_events;          // set once, before anything happens
    net::EventLoop m_loop;              // the net thread
    room::PersonKeys m_keys;
    audio::AudioEngine m_audio;
    bool m_soundRuns = false;           // net thread
    room::KnownNetworks m_networks;     // net thread
    std::unique_ptr<room::RoomSession> m_session;   // net thread
    Hallway m_hallway;                  // net thread
    Houses m_houses;                    // net thread
    Hosting m_hosting;
};

}  // namespace parlour::desktop
