// SPDX-License-Identifier: Apache-2.0
#include "ui/models/house_model.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>
#include <QTimeZone>
#include <QUrl>
#include <algorithm>
#include <utility>

#include "ui/models/words.h"

namespace parlour::ui {

namespace {
/// Values that a page left undefined are absent, not null.
QJsonObject bodyOf(const QVariantMap& map) {
    QJsonObject object;
    for (auto it = map.begin(); it != map.end(); ++it)
        if (it.value().isValid() && !it.value().isNull()) object.insert(it.key(), QJsonValue::fromVariant(it.value()));
    return object;
}

base::Result<QVariantMap> parsed(const base::Result<std::string>& answer) {
    if (!answer) return base::Unexpected(answer.error());
    const auto document = QJsonDocument::fromJson(QByteArray::fromStdString(*answer));
    if (!document.isObject())
        return base::fail(base::ErrorKind::unreachable, "answer_form", "The house gave an answer that Parlour does not understand.",
                          "A newer Parlour may help.");
    return document.object().toVariantMap();
}
}  // namespace

HouseModel::HouseModel(HouseClient& client, const base::Clock& clock, QObject* parent)
    : QObject(parent), m_client(client), m_clock(clock) {}

QVariantList HouseModel::houses() const {
    QVariantList list;
    for (const auto& house : m_known)
        list << QVariantMap{{QStringLiteral("server"), house.server}, {QStringLiteral("title"), house.title}};
    return list;
}

QString HouseModel::name() const {
    const auto said = m_me.value(QStringLiteral("house_name")).toString();
    if (!said.isEmpty()) return said;
    for (const auto& house : m_known)
        if (house.server == m_server) return house.title;
    return {};
}

bool HouseModel::member() const {
    const auto standing = m_me.value(QStringLiteral("standing")).toString();
    return standing == QLatin1String("member") || admin();
}
bool HouseModel::admin() const { return owner() || m_me.value(QStringLiteral("standing")).toString() == QLatin1String("admin"); }
bool HouseModel::owner() const { return m_me.value(QStringLiteral("standing")).toString() == QLatin1String("owner"); }

int HouseModel::left() const {
    const auto left = m_me.value(QStringLiteral("left"));
    return left.isValid() && !left.isNull() ? left.toInt() : -1;
}
QString HouseModel::leftWords() const { return member() && left() >= 0 ? tr("%1 left").arg(left()) : QString(); }

void HouseModel::showView(const HallwayView& view) {
    std::vector<Known> known;
    for (const auto& server : view.servers) {
        QString title = server.thisComputer ? tr("This computer") : text(server.host);
        for (const auto& room : view.rooms)
            if (room.origin == server.origin && !room.houseName.empty()) title = text(room.houseName);
        known.push_back({text(server.origin), title});
    }
    if (known != m_known) {
        m_known = std::move(known);
        emit housesChanged();
        emit changed();
    }
    const bool there = std::any_of(m_known.begin(), m_known.end(), [this](const Known& house) { return house.server == m_server; });
    // A house that one has just joined is chosen before the hallway has asked it.
    if (!there && (m_server.isEmpty() || m_me.isEmpty())) choose(m_known.empty() ? QString() : m_known.front().server);
}

void HouseModel::choose(const QString& server) {
    if (server == m_server) return;
    m_server = server;
    m_me.clear();
    m_problem.clear();
    ++m_round;
    emit changed();
    if (!server.isEmpty()) refresh();
}

void HouseModel::refresh() {
    if (m_server.isEmpty()) return;
    ask(QStringLiteral("/whoami"), nullptr, this, [this](base::Result<QVariantMap> answer) {
        m_problem = answer ? QString() : text(answer.error().message);
        if (answer) m_me = *answer;
        emit changed();
    });
}

void HouseModel::ask(const QString& path, const QVariantMap* body, QObject* context, Answer done) {
    if (m_server.isEmpty()) {
        QMetaObject::invokeMethod(context, [done = std::move(done)] {
            done(base::fail(base::ErrorKind::notFound, "no_house", "No house is known yet.", "Join one with an invitation link."));
        }, Qt::QueuedConnection);
        return;
    }
    const std::string words = body ? QJsonDocument(bodyOf(*body)).toJson(QJsonDocument::Compact).toStdString() : std::string();
    m_client.request(m_server.toStdString(), path.toStdString(), words, back(context, std::move(done)));
}

std::function<void(base::Result<std::string>)> HouseModel::back(QObject* context, Answer done) {
    return [this, round = m_round, context = QPointer<QObject>(context), done = std::move(done)](base::Result<std::string> answer) {
        QMetaObject::invokeMethod(this, [this, round, context, done, answer = std::move(answer)] {
            if (context && round == m_round) done(parsed(answer));
        }, Qt::QueuedConnection);
    };
}

void HouseModel::signTerms(const QString& view, int version, const QJSValue& done) {
    m_client.signTerms(m_server.toStdString(), view.toStdString(), version, back(this, toPage(done, true)));
}

void HouseModel::forward(const QString& path, const QVariantMap* body, const QJSValue& done) {
    ask(path, body, this, toPage(done, body != nullptr));
}

HouseModel::Answer HouseModel::toPage(const QJSValue& done, bool changes) {
    return [this, done, changes](base::Result<QVariantMap> answer) {
        if (answer && changes) noteChange();
        if (!done.isCallable()) {
            if (!answer) emit refused(text(answer.error().message + " " + answer.error().advice));
            return;
        }
        auto* engine = m_scripts.data();
        if (!engine) return;   // the window is gone
        QJSValue call = done;
        if (answer) {
            call.call(QJSValueList{engine->toScriptValue(*answer), QJSValue(QJSValue::NullValue)});
        } else {
            const auto& error = answer.error();
            call.call(QJSValueList{QJSValue(QJSValue::NullValue),
                       engine->toScriptValue(QVariantMap{{QStringLiteral("code"), text(error.code)},
                                                         {QStringLiteral("message"), text(error.message)},
                                                         {QStringLiteral("advice"), text(error.advice)}})});
        }
    };
}

void HouseModel::noteChange() {
    ++m_revision;
    emit touched();
}

void HouseModel::get(const QString& path, const QJSValue& done) { forward(path, nullptr, done); }
void HouseModel::post(const QString& path, const QVariantMap& body, const QJSValue& done) { forward(path, &body, done); }

QString HouseModel::initials(const QString& name) const { return ui::initials(name); }
int HouseModel::colorOf(const QString& identity) const { return colorIndex(base::Identity(identity.toStdString())); }

QString HouseModel::day(double ms) const {
    const auto date = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(ms)).date();
    const auto today = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(now())).date();
    return QLocale().toString(date, date.year() == today.year() ? QStringLiteral("dddd d MMMM") : QStringLiteral("dddd d MMMM yyyy"));
}
QString HouseModel::time(double ms) const {
    return QLocale().toString(QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(ms)).time(), QStringLiteral("HH:mm"));
}
QString HouseModel::moment(double ms) const { return tr("%1, %2").arg(day(ms), time(ms)); }

QString HouseModel::span(double fromMs, double toMs) const {
    const auto minutes = static_cast<qint64>(std::abs(toMs - fromMs) / 60000);
    if (minutes < 1) return tr("now");
    const auto days = minutes / 1440;
    const auto hours = minutes / 60 % 24;
    const QString words = days >= 3                 ? tr("%1 days").arg(days)
                          : days >= 1               ? (days == 1 ? tr("1 day %1 h") : tr("2 days %1 h")).arg(hours)
                          : hours >= 1              ? tr("%1 h %2 min").arg(hours).arg(minutes % 60)
                                                    : tr("%1 min").arg(minutes);
    return toMs > fromMs ? tr("in %1").arg(words) : tr("%1 ago").arg(words);
}
QString HouseModel::fromNow(double ms) const { return span(now(), ms); }
double HouseModel::now() const { return static_cast<double>(base::toUnixMs(m_clock.wallNow())); }
QString HouseModel::zone() const { return QString::fromLatin1(QTimeZone::systemTimeZoneId()); }
QString HouseModel::encoded(const QString& words) const { return QString::fromLatin1(QUrl::toPercentEncoding(words)); }

}  // namespace parlour::ui
