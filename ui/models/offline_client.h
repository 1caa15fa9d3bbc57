// SPDX-License-Identifier: Apache-2.0
// The offline twin: a room that only this object knows, with twenty people, hands and a chat. No network, no sound.
// For designers, screenshots and the tests of the pages (`parlour --offline SCENE`).
// Thread: UI.
#pragma once

#include <QObject>
#include <QTimer>
#include <map>

#include "core/base/doors/clock.h"
#include "ui/models/offline_house.h"
#include "ui/models/room_client.h"

namespace parlour::ui {

class OfflineClient : public QObject, public RoomClient {
    Q_OBJECT
  public:
    explicit OfflineClient(const base::Clock& clock);

    void listen(ClientEvents events) override;
    base::Result<LinkFacts> readLink(const std::string& link) const override;
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
    void startRoom(const std::string& title, Reach reach, std::function<void(base::Result<std::string>)> done) override;
    void foundHouse(const std::string& title, const std::string& name, Reach reach,
                    std::function<void(base::Result<std::string>)> done) override;
    void openHouse(Reach reach, std::function<void(base::Result<std::string>)> done) override;
    void applySound(const SoundSettings& settings) override;
    SoundState soundState() const override { return soundNow; }
    float level(std::uint32_t audioTrack) const override;
    float microphoneLevel() const override;
    void testMicrophone(bool on) override;
    void recordTest(std::chrono::milliseconds length, std::function<void()> recorded) override;
    void playTest(std::function<void()> played) override;
    void stopTests() override;
    void playTone() override {}
    void ring() override { ++rung; }
    MicrophoneNow microphone() const override { return microphoneNow; }
    void keepMicrophone(bool on) override { kept = on; }
    void startRecording(const std::string& file) override;
    void stopRecording() override { recordingNow.wanted = recordingNow.running = false; }
    RecordingNow recording() const override { return recordingNow; }
    void setDeafened(bool on) override { deafened = on; }

    // For tests and scenes.
    /// Replaces the state; what the pages then show is this.
    void show(room::RoomState state);
    const room::RoomState& state() const { return m_state; }
    /// Fills the room as the design pictures do; `self` as listener, speaker, moderator or host.
    void fill(const std::string& name, const std::string& as);
    /// So much was said before, "Message 1" and so on, of which the last page is shown.
    void longChat(int messages);
    std::vector<room::ChatMessage> past;   ///< said before what is shown
    /// So many more listeners, named "Listener 1" and so on.
    void crowd(int listeners);
    /// The room that is there becomes an interview: questions, somebody in the chair, a speaker with a time.
    void interview();
    std::vector<room::Command> commands;   ///< everything that was asked, in order
    bool testing = false;                  ///< the microphone would run for a test
    MicrophoneNow microphoneNow{false, false, 0.0f, 0.0009f};           ///< what it hears in the room
    bool kept = false;                     ///< it may run while muted
    RecordingNow recordingNow;
    std::string recordedTo;
    /// Another second of statistics.
    void tellStats(room::SessionStats stats) { if (m_events.onStats) m_events.onStats(std::move(stats)); }
    api::InvitationKind linkKind = api::InvitationKind::listener;   ///< of every link
    bool linkHere = false;   ///< the person is in the room of every link on another device
    std::string linkCode;                  ///< that every link needs
    bool noHouses = false;                 ///< nothing is known yet
    std::string founded;                   ///< title of the house that was founded
    std::string entered;                   ///< the known room that was entered last
    int lookedInside = 0;                  ///< how often the network would have been used
    OfflineHouse houses;                   ///< what its houses answer
    bool loud = true;                      ///< speakers speak
    bool deafened = false;
    std::map<std::string, float> volumes;  ///< that were asked for, by identity
    SoundSettings sound;                   ///< that were applied last
    SoundState soundNow;
    int rung = 0;                          ///< how often the bell was asked for
    struct Arrival {
        std::string link;                  ///< by which they came
        int minutesAgo = 0;
    };
    std::map<std::string, Arrival> arrivals;   ///< of those in the audience, by identity

  private:
    int m_testRound = 0;
    void publish();
    room::Participant* edit(const base::Identity& who);
    void rebuildHands();
    /// What the house would do with a message of ours.
    void judge(room::ChatMessage& message);
    /// Verbs about the queue, the door and many people at once; false = another verb.
    bool crowdCommand(const room::Command& command);
    void tellHouse();   ///< what the twin's house knows of the room

    const base::Clock& m_clock;
    ClientEvents m_events;
    room::RoomState m_state;
};

}  // namespace parlour::ui
