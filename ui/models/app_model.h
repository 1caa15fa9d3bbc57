// SPDX-License-Identifier: Apache-2.0
// The root of everything QML sees: `App` in Parlour.Models. Which page is open, the confirm sheet, errors, the parts below.
// Made by the program before the engine and handed over as the engine's property "parlourApp".
// Thread: UI.
#pragma once

#include <QColor>
#include <QObject>
#include <QQmlEngine>
#include <QString>
#include <QtQml/qqmlregistration.h>

#include "ui/models/guest_words.h"
#include "ui/models/hallway_model.h"
#include "ui/models/connection_model.h"
#include "ui/models/house_model.h"
#include "ui/models/invitation_model.h"
#include "ui/models/known_people.h"
#include "ui/models/notice_model.h"
#include "ui/models/recorder_model.h"
#include "ui/models/session_bridge.h"
#include "ui/models/share_model.h"
#include "ui/models/sound_hints.h"
#include "ui/models/sound_model.h"
#include "ui/platform/color_scheme.h"
#include "ui/platform/key_place.h"
#include "ui/models/hearing_model.h"
#include "ui/platform/preferences.h"

namespace parlour::ui {

class AppModel : public QObject {
    Q_OBJECT
    QML_NAMED_ELEMENT(App)
    QML_SINGLETON
    Q_PROPERTY(QObject* session READ session CONSTANT)
    Q_PROPERTY(QObject* invitation READ invitation CONSTANT)
    Q_PROPERTY(QObject* hallway READ hallway CONSTANT)
    Q_PROPERTY(QObject* house READ house CONSTANT)
    Q_PROPERTY(QObject* roomHouse READ roomHouse CONSTANT)           ///< the house of the room one is in, whichever the pages show
    Q_PROPERTY(QObject* notices READ notices CONSTANT)
    Q_PROPERTY(QObject* guests READ guests CONSTANT)
    Q_PROPERTY(QString object READ object NOTIFY pageChanged)        ///< id of what the page is about: talk, guest
    Q_PROPERTY(QObject* share READ share CONSTANT)
    Q_PROPERTY(QObject* sound READ sound CONSTANT)
    Q_PROPERTY(QObject* hints READ hints CONSTANT)
    Q_PROPERTY(QObject* connection READ connection CONSTANT)
    Q_PROPERTY(QObject* recorder READ recorder CONSTANT)
    Q_PROPERTY(QObject* preferences READ preferences CONSTANT)
    Q_PROPERTY(QObject* hearing READ hearing CONSTANT)
    Q_PROPERTY(QString page READ page NOTIFY pageChanged)            ///< welcome, hallway, room, house, invitations, notices, upcoming, event, guests, guest, settings
    Q_PROPERTY(bool dark READ dark NOTIFY appearanceChanged)
    Q_PROPERTY(bool highContrast READ highContrast NOTIFY appearanceChanged)
    Q_PROPERTY(bool systemContrast READ systemContrast NOTIFY appearanceChanged)   ///< the system asks for high contrast
    Q_PROPERTY(QString selfName READ selfName NOTIFY selfChanged)
    Q_PROPERTY(QString selfInitials READ selfInitials NOTIFY selfChanged)
    Q_PROPERTY(int selfColor READ selfColor NOTIFY selfChanged)
    Q_PROPERTY(QString errorMessage READ errorMessage NOTIFY errorChanged)   ///< empty = no error to show
    Q_PROPERTY(QString errorAdvice READ errorAdvice NOTIFY errorChanged)
    Q_PROPERTY(QString errorDetails READ errorDetails NOTIFY errorChanged)
    Q_PROPERTY(QString notice READ notice NOTIFY noticeChanged)             ///< a passing sentence
    Q_PROPERTY(bool startingRoom READ startingRoom NOTIFY hostingChanged)
    Q_PROPERTY(QString startProblem READ startProblem NOTIFY hostingChanged)
    Q_PROPERTY(bool founding READ founding NOTIFY hostingChanged)
    Q_PROPERTY(QString foundProblem READ foundProblem NOTIFY hostingChanged)
    Q_PROPERTY(bool ownsHouse READ ownsHouse NOTIFY hostingChanged)         ///< the house of this computer is this person's
    Q_PROPERTY(QString madeLink READ madeLink NOTIFY madeLinkChanged)       ///< the invitation just created
    Q_PROPERTY(QString madeProblem READ madeProblem NOTIFY madeLinkChanged)
    Q_PROPERTY(parlour::ui::KeyPlace* keyPlace READ keyPlace NOTIFY keyPlaceChanged)   ///< null in the offline twin
    Q_PROPERTY(QString scene READ scene CONSTANT)                           ///< offline twin: what to open

  public:
    AppModel(RoomClient& client, HouseClient& houses, const base::Clock& clock, Preferences& preferences, ColorScheme& system,
             QObject* parent = nullptr);
    static AppModel* create(QQmlEngine* engine, QJSEngine* scripts);

    SessionBridge* session() { return &m_session; }
    InvitationModel* invitation() { return &m_invitation; }
    HallwayModel* hallway() { return &m_hallway; }
    HouseModel* house() { return &m_house; }
    HouseModel* roomHouse() { return &m_roomHouse; }
    NoticeModel* notices() { return &m_notices; }
    GuestWords* guests() { return &m_guests; }
    QString object() const { return m_object; }
    ShareModel* share() { return &m_share; }
    SoundModel* sound() { return &m_sound; }
    SoundHints* hints() { return &m_hints; }
    ConnectionModel* connection() { return &m_connection; }
    RecorderModel* recorder() { return &m_recorder; }
    Preferences* preferences() { return &m_preferences; }
    HearingModel* hearing() { return &m_hearing; }
    KeyPlace* keyPlace() const { return m_keyPlace; }
    /// Outlives the pages.
    void setKeyPlace(KeyPlace* place) {
        m_keyPlace = place;
        emit keyPlaceChanged();
    }
    QString page() const { return m_page; }
    bool dark() const;
    bool highContrast() const;
    bool systemContrast() const { return m_system.highContrast(); }
    QString selfName() const { return m_preferences.name(); }
    QString selfInitials() const;
    int selfColor() const;
    QString errorMessage() const { return m_errorMessage; }
    QString errorAdvice() const { return m_errorAdvice; }
    QString errorDetails() const { return m_errorDetails; }
    QString notice() const { return m_notice; }
    bool startingRoom() const { return m_startingRoom; }
    QString startProblem() const { return m_startProblem; }
    bool founding() const { return m_founding; }
    QString foundProblem() const { return m_foundProblem; }
    bool ownsHouse() const { return !m_preferences.ownHouse().isEmpty(); }
    QString madeLink() const { return m_madeLink; }
    QString madeProblem() const { return m_madeProblem; }
    QString scene() const { return m_scene; }
    void setScene(const QString& scene) { m_scene = scene; }

    /// First page by what is known: welcome at the first start, else the hallway.
    void start();
    /// A link from the command line, the other instance or the clipboard: opens the confirm sheet, nothing more.
    Q_INVOKABLE QString openLink(const QString& link);
    /// The same from outside the window: what is wrong with the link is shown.
    void takeLink(const QString& link);
    /// For the demo and tests: the person's own command line said --enter, so both steps are taken at once.
    void enterAtOnce(const QString& link);

    Q_INVOKABLE void go(const QString& page, const QString& object = {});
    Q_INVOKABLE void finishWelcome(const QString& name);
    Q_INVOKABLE void refreshHallway();
    Q_INVOKABLE void enterKnown(int row);
    /// A room of the house `server` where this person may come in: the green room, where a wave or a call leads.
    Q_INVOKABLE void enterRoom(const QString& server, const QString& room);
    /// A room of a LiveKit server without a house; answers what is wrong, or nothing.
    Q_INVOKABLE QString enterServer(const QString& address, const QString& token);
    Q_INVOKABLE void startRoom(const QString& title, bool localNetwork);
    /// The house of this computer gets this person as its first owner; its page opens.
    Q_INVOKABLE void foundHouse(const QString& title, const QString& name, bool localNetwork);
    /// uses <= 0: no limit; seconds <= 0: never expires. role: listener, speaker, moderator.
    Q_INVOKABLE void createInvitation(const QString& role, int uses, int seconds);
    Q_INVOKABLE void forgetInvitation();
    Q_INVOKABLE void copyText(const QString& words);
    /// The clipboard's text when it looks like a link of ours, else empty.
    Q_INVOKABLE QString linkInClipboard() const;
    Q_INVOKABLE void dismissError();
    Q_INVOKABLE void dismissNotice();
    void showError(const base::Error& error, const QString& lead = {});
    Q_INVOKABLE void showNotice(const QString& words);

  signals:
    void keyPlaceChanged();
    void pageChanged();
    void appearanceChanged();
    void selfChanged();
    void errorChanged();
    void noticeChanged();
    void hostingChanged();
    void madeLinkChanged();
    /// Another start of the program asks the window to come forward.
    void raiseRequested();

  private:
    RoomClient& m_client;
    const base::Clock& m_clock;
    Preferences& m_preferences;
    ColorScheme& m_system;
    SessionBridge m_session;
    InvitationModel m_invitation;
    HallwayModel m_hallway;
    HouseModel m_house;
    HouseModel m_roomHouse;
    KnownPeople m_known{m_roomHouse, m_house, *m_session.audience()};
    NoticeModel m_notices{m_house, m_preferences, m_clock};
    GuestWords m_guests{m_house};
    ShareModel m_share;
    QString m_object;
    SoundModel m_sound;
    SoundHints m_hints{m_client, m_session, m_preferences, m_sound, m_clock};
    ConnectionModel m_connection{m_session};
    RecorderModel m_recorder{m_client, m_session, m_preferences};
    HearingModel m_hearing{m_client, m_session, m_preferences};
    QString m_page = QStringLiteral("hallway");
    QString m_errorMessage;
    QString m_errorAdvice;
    QString m_errorDetails;
    QString m_notice;
    bool m_startingRoom = false;
    QString m_startProblem;
    bool m_founding = false;
    QString m_foundProblem;
    QString m_madeLink;
    QString m_madeProblem;
    int m_madeRound = 0;
    QString m_scene;
    KeyPlace* m_keyPlace = nullptr;
    QString m_entering;     ///< the house of the room being entered
    QString m_roomServer;   ///< the same, kept while one is inside
};

}  // namespace parlour::ui
