// SPDX-License-Identifier: Apache-2.0
#include "ui/models/app_model.h"

#include <QClipboard>
#include <QGuiApplication>
#include <utility>

#include "ui/models/words.h"

namespace parlour::ui {

AppModel::AppModel(RoomClient& client, HouseClient& houses, const base::Clock& clock, Preferences& preferences,
                   ColorScheme& system, QObject* parent)
    : QObject(parent), m_client(client), m_clock(clock), m_preferences(preferences), m_system(system),
      m_session(client, clock), m_invitation(client, clock, preferences), m_hallway(clock),
      m_house(houses, clock), m_roomHouse(houses, clock), m_sound(client, preferences) {
    connect(&m_system, &ColorScheme::changed, this, &AppModel::appearanceChanged);
    connect(&m_preferences, &Preferences::changed, this, &AppModel::appearanceChanged);
    connect(&m_preferences, &Preferences::nameChanged, this, &AppModel::selfChanged);
    connect(&m_invitation, &InvitationModel::entered, this, [this](const QString& server) {
        m_roomServer = m_entering = server;
        m_sound.stopAll();
        m_preferences.setWelcomed(true);
        go(QStringLiteral("room"));
    });
    connect(&m_invitation, &InvitationModel::joinedHouse, this, [this](const QString& server) {
        m_sound.stopAll();
        m_preferences.setWelcomed(true);
        m_preferences.addServer(server);
        m_house.choose(server);
        m_house.refresh();
        go(QStringLiteral("house"));
        refreshHallway();
        emit selfChanged();
    });
    connect(&m_session, &SessionBridge::ended, this, [this](const QString& words, const base::Error& error) {
        m_roomHouse.choose({});
        if (m_page == QLatin1String("room")) go(QStringLiteral("hallway"));
        // That a talk is over is news, not an error.
        const auto& left = *m_session.state();
        if (left.leaveReason == room::LeaveReason::roomEnded && !left.title.empty()) showNotice(tr("“%1” has ended.").arg(text(left.title)));
        else if (!words.isEmpty()) showError(error, words);
        refreshHallway();
    });
    connect(&m_session, &SessionBridge::joinedNow, this, [this] {
        // Only a house that let us in is remembered.
        if (!m_entering.isEmpty()) m_preferences.addServer(std::exchange(m_entering, QString()));
        // The twin's scenes stand in a room without having come by a link.
        m_roomHouse.choose(m_session.plainServer() ? QString() : m_roomServer.isEmpty() ? m_house.server() : m_roomServer);
        if (m_page == QLatin1String("hallway")) go(QStringLiteral("room"));
        emit selfChanged();
    });
    connect(&m_house, &HouseModel::refused, this, &AppModel::showNotice);
    connect(&m_roomHouse, &HouseModel::refused, this, &AppModel::showNotice);
    connect(&m_notices, &NoticeModel::arrived, this, [this](const QString& words) {
        if (m_page != QLatin1String("notices")) showNotice(words);   // there it stands in the list
    });
    connect(&m_notices, &NoticeModel::calls, &m_sound, &SoundModel::ring);
    connect(&m_session, &SessionBridge::bell, &m_sound, &SoundModel::ring);
    ClientEvents events;
    events.onState = [this](room::RoomStatePtr state) { m_session.publish(std::move(state)); };
    events.onRefused = [this](base::Error error) {
        QMetaObject::invokeMethod(this, [this, error = std::move(error)] { showNotice(text(error.message)); },
                                  Qt::QueuedConnection);
    };
    events.onHallway = [this](HallwayView view) {
        QMetaObject::invokeMethod(this, [this, view = std::move(view)] {
            m_hallway.showView(view);
            m_house.showView(view);
        }, Qt::QueuedConnection);
    };
    events.onStats = [this](room::SessionStats stats) { m_connection.publish(std::move(stats)); };
    client.listen(std::move(events));
}

AppModel* AppModel::create(QQmlEngine* engine, QJSEngine* scripts) {
    auto* app = engine->property("parlourApp").value<AppModel*>();
    Q_ASSERT(app);
    app->m_house.setScripts(scripts);
    app->m_roomHouse.setScripts(scripts);
    QJSEngine::setObjectOwnership(app, QJSEngine::CppOwnership);
    return app;
}

bool AppModel::dark() const {
    const auto theme = m_preferences.theme();
    return theme == QLatin1String("dark") || (theme == QLatin1String("system") && m_system.dark());
}
bool AppModel::highContrast() const { return m_preferences.highContrast() || m_system.highContrast(); }
QString AppModel::selfInitials() const { return initials(m_preferences.name()); }
int AppModel::selfColor() const {
    const auto& state = m_session.state();
    return colorIndex(state->self.empty() ? base::Identity(m_preferences.name().toStdString()) : state->self);
}

void AppModel::start() {
    m_sound.apply();
    if (const auto reach = m_preferences.ownHouse(); !reach.isEmpty())
        m_client.openHouse(reach == QLatin1String("network") ? Reach::localNetwork : Reach::thisComputer, [this](base::Result<std::string> server) {
            QMetaObject::invokeMethod(this, [this, server = std::move(server)] {
                if (server) return refreshHallway();
                showNotice(tr("The house of this computer could not be opened: %1").arg(text(server.error().message)));
            }, Qt::QueuedConnection);
        });
    if (m_preferences.welcomed()) return go(QStringLiteral("hallway"));
    go(QStringLiteral("welcome"));
    refreshHallway();   // the hallway does so itself; the pages of a house want to know the houses, too
}

QString AppModel::openLink(const QString& link) {
    if (link.trimmed().isEmpty()) return tr("Paste an invitation link.");
    const auto problem = m_invitation.open(link);
    if (problem.isEmpty() && m_page == QLatin1String("welcome")) go(QStringLiteral("hallway"));
    return problem;
}

void AppModel::takeLink(const QString& link) {
    const auto problem = openLink(link);
    if (!problem.isEmpty()) showError(base::Error{base::ErrorKind::invalidInput, "link", problem.toStdString(), {}, {}});
}

void AppModel::enterAtOnce(const QString& link) {
    takeLink(link);
    if (m_invitation.step() != 1) return;
    connect(&m_invitation, &InvitationModel::changed, this, [this] {
        if (m_invitation.step() == 2 && !m_session.active())
            m_invitation.enter(m_preferences.name().isEmpty() ? tr("Guest") : m_preferences.name());
    });
    m_invitation.lookInside();
}

void AppModel::go(const QString& page, const QString& object) {
    if (page == m_page && object == m_object) {
        if (page == QLatin1String("hallway")) refreshHallway();
        return;
    }
    m_sound.stopAll();   // a test of the microphone is seen on the page where it was asked for, and nowhere else
    m_page = page;
    m_object = object;
    emit pageChanged();
    if (page == QLatin1String("hallway")) refreshHallway();
}

void AppModel::finishWelcome(const QString& name) {
    if (!name.simplified().isEmpty()) m_preferences.setName(name);
    m_preferences.setWelcomed(true);
    go(QStringLiteral("hallway"));
}

void AppModel::refreshHallway() {
    std::vector<std::string> origins;
    for (const auto& origin : m_preferences.servers()) origins.push_back(origin.toStdString());
    m_client.refreshHallway(origins);
}

void AppModel::enterKnown(int row) {
    if (row < 0 || row >= m_hallway.count()) return;
    const auto& room = m_hallway.rows()[static_cast<std::size_t>(row)];
    if (m_session.active() && m_session.state()->room == room.room) return go(QStringLiteral("room"));   // already inside
    const auto name = m_preferences.name().isEmpty() ? tr("Guest") : m_preferences.name();
    m_roomServer = text(room.origin);
    m_entering.clear();   // known already
    m_sound.stopAll();
    m_client.enterKnown(room.origin, room.room, name.toStdString());
    go(QStringLiteral("room"));
}

void AppModel::enterRoom(const QString& server, const QString& room) {
    const base::RoomId id(room.toStdString());
    if (m_session.active() && m_session.state()->room == id) return go(QStringLiteral("room"));   // already inside
    const auto name = m_preferences.name().isEmpty() ? tr("Guest") : m_preferences.name();
    m_roomServer = server;
    m_entering.clear();   // known already
    m_sound.stopAll();
    m_client.enterKnown(server.toStdString(), id, name.toStdString());
    go(QStringLiteral("room"));
}

QString AppModel::enterServer(const QString& address, const QString& token) {
    const auto words = address.trimmed();
    const auto url = words.contains(QLatin1String("://")) ? words : QStringLiteral("wss://") + words;
    const auto entered = m_client.enterServer(url.toStdString(), token.simplified().remove(QLatin1Char(' ')).toStdString());
    if (!entered) return text(base::describe(entered.error()));
    m_roomServer.clear();   // no house of it
    m_entering.clear();
    m_sound.stopAll();
    go(QStringLiteral("room"));
    return {};
}

void AppModel::startRoom(const QString& title, bool localNetwork) {
    if (m_startingRoom) return;
    const auto words = title.simplified();
    if (words.isEmpty()) return;
    m_startingRoom = true;
    m_startProblem.clear();
    emit hostingChanged();
    m_client.startRoom(words.toStdString(), localNetwork ? Reach::localNetwork : Reach::thisComputer,
                       [this](base::Result<std::string> link) {
        QMetaObject::invokeMethod(this, [this, link = std::move(link)] {
            m_startingRoom = false;
            if (link) {
                // "Start room" is the person's own word; the room is theirs and on this computer.
                const auto name = m_preferences.name().isEmpty() ? tr("Host") : m_preferences.name();
                if (const auto facts = m_client.readLink(*link)) m_roomServer = text(facts->server);
                m_entering.clear();
                m_client.enter(*link, name.toStdString());
                go(QStringLiteral("room"));
            } else {
                m_startProblem = text(link.error().advice.empty() ? link.error().message
                                                                  : link.error().message + " " + link.error().advice);
            }
            emit hostingChanged();
        }, Qt::QueuedConnection);
    });
}

void AppModel::foundHouse(const QString& title, const QString& name, bool localNetwork) {
    if (m_founding || title.simplified().isEmpty() || name.simplified().isEmpty()) return;
    m_founding = true;
    m_foundProblem.clear();
    emit hostingChanged();
    m_client.foundHouse(title.simplified().toStdString(), name.simplified().toStdString(), localNetwork ? Reach::localNetwork : Reach::thisComputer,
                        [this, name = name.simplified(), localNetwork](base::Result<std::string> server) {
        QMetaObject::invokeMethod(this, [this, name, localNetwork, server = std::move(server)] {
            m_founding = false;
            if (server) {
                m_preferences.setOwnHouse(localNetwork ? QStringLiteral("network") : QStringLiteral("computer"));
                m_preferences.setName(name);
                m_preferences.setWelcomed(true);
                m_preferences.addServer(text(*server));
                m_house.choose(text(*server));
                m_house.refresh();
                go(QStringLiteral("house"));
                refreshHallway();
            } else {
                m_foundProblem = text(server.error().advice.empty() ? server.error().message : server.error().message + " " + server.error().advice);
            }
            emit hostingChanged();
        }, Qt::QueuedConnection);
    });
}

void AppModel::createInvitation(const QString& role, int uses, int seconds) {
    const auto parsed = api::parseRole(role.toStdString());
    if (!parsed) return;
    forgetInvitation();
    const int round = ++m_madeRound;
    std::optional<int> limit;
    if (uses > 0) limit = uses;
    std::optional<std::chrono::seconds> expires;
    if (seconds > 0) expires = std::chrono::seconds(seconds);
    m_client.createInvitation(*parsed, limit, expires, [this, round](base::Result<std::string> link) {
        QMetaObject::invokeMethod(this, [this, round, link = std::move(link)] {
            if (round != m_madeRound) return;
            m_madeLink = link ? text(*link) : QString();
            m_madeProblem = link ? QString() : text(link.error().message);
            emit madeLinkChanged();
        }, Qt::QueuedConnection);
    });
}

void AppModel::forgetInvitation() {
    ++m_madeRound;
    m_madeLink.clear();
    m_madeProblem.clear();
    emit madeLinkChanged();
}

void AppModel::copyText(const QString& words) {
    if (auto* clipboard = QGuiApplication::clipboard()) clipboard->setText(words);
}

QString AppModel::linkInClipboard() const {
    const auto* clipboard = QGuiApplication::clipboard();
    const auto words = clipboard ? clipboard->text().left(600).trimmed() : QString();
    if (words.isEmpty() || words.contains(QLatin1Char('\n'))) return {};
    return m_client.readLink(words.toStdString()) ? words : QString();
}

void AppModel::showError(const base::Error& error, const QString& lead) {
    m_errorMessage = lead;
    if (!error.message.empty()) m_errorMessage += (lead.isEmpty() ? QString() : QStringLiteral(" ")) + text(error.message);
    m_errorAdvice = text(error.advice);
    m_errorDetails = error.message.empty() ? QString() : copyable(error);
    emit errorChanged();
}

void AppModel::dismissError() {
    m_errorMessage.clear();
    m_errorAdvice.clear();
    m_errorDetails.clear();
    emit errorChanged();
}

void AppModel::showNotice(const QString& words) {
    m_notice = words;
    emit noticeChanged();
}
void AppModel::dismissNotice() { showNotice({}); }

}  // namespace parlour::ui
