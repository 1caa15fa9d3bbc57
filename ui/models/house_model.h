// SPDX-License-Identifier: Apache-2.0
// The house that the pages show: which one, who one is there, and the way by which pages and lists ask it.
// Thread: UI.
#pragma once

#include <QJSEngine>
#include <QJSValue>
#include <QObject>
#include <QPointer>
#include <QString>
#include <QVariant>
#include <functional>
#include <vector>

#include "core/base/doors/clock.h"
#include "ui/models/house_client.h"
#include "ui/models/room_client.h"

namespace parlour::ui {

class HouseModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(QVariantList houses READ houses NOTIFY housesChanged)      ///< [{server, title}], those that are known
    Q_PROPERTY(QString server READ server NOTIFY changed)                 ///< the chosen one; empty = none is known
    Q_PROPERTY(QString name READ name NOTIFY changed)
    Q_PROPERTY(QVariantMap me READ me NOTIFY changed)                     ///< api::Whoami as its JSON names say
    Q_PROPERTY(bool known READ known NOTIFY changed)                      ///< the house has said who one is
    Q_PROPERTY(QString problem READ problem NOTIFY changed)               ///< why it has not
    Q_PROPERTY(bool member READ member NOTIFY changed)
    Q_PROPERTY(bool admin READ admin NOTIFY changed)                      ///< admin or owner
    Q_PROPERTY(bool owner READ owner NOTIFY changed)
    Q_PROPERTY(int left READ left NOTIFY changed)                         ///< invitations to give; -1 = no quota
    Q_PROPERTY(QString leftWords READ leftWords NOTIFY changed)
    Q_PROPERTY(int revision READ revision NOTIFY touched)                 ///< grows when something in the house was changed from here

  public:
    using Answer = std::function<void(base::Result<QVariantMap>)>;
    HouseModel(HouseClient& client, const base::Clock& clock, QObject* parent = nullptr);
    /// The pages' engine, which their callbacks live in.
    void setScripts(QJSEngine* scripts) { m_scripts = scripts; }

    QVariantList houses() const;
    QString server() const { return m_server; }
    QString name() const;
    QVariantMap me() const { return m_me; }
    bool known() const { return !m_me.isEmpty(); }
    QString problem() const { return m_problem; }
    bool member() const;
    bool admin() const;
    bool owner() const;
    int left() const;
    QString leftWords() const;
    int revision() const { return m_revision; }

    /// Houses come from the hallway's view; the first becomes the chosen one when none is.
    void showView(const HallwayView& view);
    Q_INVOKABLE void choose(const QString& server);
    /// Asks again who one is.
    Q_INVOKABLE void refresh();

    /// One request; the answer comes on the UI thread unless `context` is gone by then. No body = GET.
    void ask(const QString& path, const QVariantMap* body, QObject* context, Answer done);
    /// The same for pages: done(answer, problem), where problem is null or {code, message, advice}.
    Q_INVOKABLE void get(const QString& path, const QJSValue& done);
    Q_INVOKABLE void post(const QString& path, const QVariantMap& body, const QJSValue& done = {});

    /// HouseClient::signTerms for pages.
    void signTerms(const QString& view, int version, const QJSValue& done);
    /// Something of the house was changed from here: lists that show it ask again.
    void noteChange();

    // Words for values, as every page says them.
    Q_INVOKABLE QString initials(const QString& name) const;
    Q_INVOKABLE int colorOf(const QString& identity) const;
    Q_INVOKABLE QString day(double ms) const;                            ///< "Tuesday 24 November", with the year when it is another
    Q_INVOKABLE QString time(double ms) const;                           ///< "18:00"
    Q_INVOKABLE QString moment(double ms) const;                         ///< both
    Q_INVOKABLE QString span(double fromMs, double toMs) const;          ///< "in 1 day 22 h", "3 h ago"
    Q_INVOKABLE QString fromNow(double ms) const;
    Q_INVOKABLE double now() const;
    Q_INVOKABLE QString zone() const;                                    ///< of this computer, "Europe/Berlin"
    /// A path's part or a query's value, percent-encoded.
    Q_INVOKABLE QString encoded(const QString& words) const;

  signals:
    void housesChanged();
    void changed();
    void touched();
    /// A request of a page failed and nobody wanted to know: shown as a passing sentence.
    void refused(const QString& words);

  private:
    struct Known {
        QString server;
        QString title;
        bool operator==(const Known&) const = default;
    };
    Answer toPage(const QJSValue& done, bool changes);
    std::function<void(base::Result<std::string>)> back(QObject* context, Answer done);
    void forward(const QString& path, const QVariantMap* body, const QJSValue& done);

    HouseClient& m_client;
    const base::Clock& m_clock;
    QPointer<QJSEngine> m_scripts;
    std::vector<Known> m_known;
    QString m_server;
    QVariantMap m_me;
    QString m_problem;
    int m_round = 0;      ///< answers of an earlier choice are dropped
    int m_revision = 0;
};

}  // namespace parlour::ui
