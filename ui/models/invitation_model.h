// SPDX-License-Identifier: Apache-2.0
// The confirm sheet behind every link, in two steps. Step 1 knows only what the link says: no network, no device. "Look inside"
// asks the house (redeems nothing); "Enter room" redeems and joins, muted (security T29).
// Thread: UI.
#pragma once

#include <QObject>
#include <QString>
#include <QVariant>

#include "ui/models/room_client.h"
#include "ui/platform/preferences.h"

namespace parlour::ui {

class InvitationModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(int step READ step NOTIFY changed)   ///< 0 closed, 1 what the link says, 2 what the house says
    Q_PROPERTY(bool looking READ looking NOTIFY changed)
    Q_PROPERTY(QString host READ host NOTIFY changed)
    Q_PROPERTY(QString security READ security NOTIFY changed)
    Q_PROPERTY(bool secure READ secure NOTIFY changed)
    Q_PROPERTY(QString inviter READ inviter NOTIFY changed)
    Q_PROPERTY(QString houseName READ houseName NOTIFY changed)
    Q_PROPERTY(QString roomTitle READ roomTitle NOTIFY changed)
    Q_PROPERTY(QString roleWords READ roleWordsText NOTIFY changed)
    Q_PROPERTY(bool asListener READ asListener NOTIFY changed)
    Q_PROPERTY(bool membership READ membership NOTIFY changed)         ///< leads into a house, not into a room
    Q_PROPERTY(bool needsCode READ needsCode NOTIFY changed)
    Q_PROPERTY(bool approval READ approval NOTIFY changed)
    Q_PROPERTY(QString message READ message NOTIFY changed)           ///< of who invites
    Q_PROPERTY(bool busy READ busy NOTIFY changed)                    ///< the answer to redeeming is outstanding
    Q_PROPERTY(bool live READ live NOTIFY changed)
    Q_PROPERTY(QString liveWords READ liveWords NOTIFY changed)
    Q_PROPERTY(bool here READ here NOTIFY changed)                    ///< one is in that room on another device
    Q_PROPERTY(int listeners READ listeners NOTIFY changed)
    Q_PROPERTY(int onStage READ onStage NOTIFY changed)
    Q_PROPERTY(QString problem READ problem NOTIFY changed)           ///< why looking inside did not work
    Q_PROPERTY(QString problemDetails READ problemDetails NOTIFY changed)

  public:
    InvitationModel(RoomClient& client, const base::Clock& clock, Preferences& preferences, QObject* parent = nullptr);

    int step() const { return m_step; }
    bool looking() const { return m_looking; }
    QString host() const;
    QString security() const;
    bool secure() const { return m_facts.secure || m_facts.loopback; }
    QString inviter() const;
    QString houseName() const;
    QString roomTitle() const;
    QString roleWordsText() const;
    bool asListener() const { return m_preview.role == api::Role::listener; }
    bool membership() const { return m_preview.kind == api::InvitationKind::membership; }
    bool needsCode() const { return m_preview.needsCode; }
    bool approval() const { return m_preview.approval; }
    QString message() const;
    bool busy() const { return m_busy; }
    bool live() const { return m_preview.live; }
    QString liveWords() const;
    bool here() const { return m_preview.here; }
    int listeners() const { return m_preview.listeners; }
    int onStage() const { return m_preview.onStage; }
    QString problem() const { return m_problem; }
    QString problemDetails() const { return m_problemDetails; }

    /// Opens step 1; an answer that is not empty is the sentence why this is not a link of ours.
    Q_INVOKABLE QString open(const QString& link);
    Q_INVOKABLE void lookInside();
    Q_INVOKABLE void enter(const QString& name, const QString& code = {});
    Q_INVOKABLE void dismiss();

  signals:
    void changed();
    /// "Enter room" was chosen; `server` is where (LinkFacts::server).
    void entered(const QString& server);
    /// A membership was taken: the house is now one's own.
    void joinedHouse(const QString& server);

  private:
    RoomClient& m_client;
    const base::Clock& m_clock;
    Preferences& m_preferences;
    std::string m_link;     ///< with its secret: memory only
    LinkFacts m_facts;
    room::LinkPreview m_preview;
    int m_step = 0;
    int m_question = 0;     ///< an answer to an older question is ignored
    bool m_looking = false;
    bool m_busy = false;
    QString m_problem;
    QString m_problemDetails;
};

}  // namespace parlour::ui
