// SPDX-License-Identifier: Apache-2.0
#include "ui/models/guest_words.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QJsonObject>
#include <map>

#include "core/api/guest_terms.h"
#include "core/api/guest_types.h"
#include "core/api/house_json.h"
#include "ui/models/words.h"

namespace parlour::ui {

namespace {
constexpr const char* kTyped = "yyyy-MM-dd HH:mm";

api::Terms termsOf(const QVariantMap& map) {
    auto terms = api::fromJson<api::Terms>(QJsonDocument(QJsonObject::fromVariantMap(map)).toJson(QJsonDocument::Compact).toStdString());
    return terms ? *terms : api::Terms{};
}
}  // namespace

QString GuestWords::typedOf(const QString& iso) const {
    const auto when = QDateTime::fromString(iso, Qt::ISODate);
    return when.isValid() ? when.toLocalTime().toString(QLatin1String(kTyped)) : iso;
}
QString GuestWords::isoOf(const QString& typed) const {
    const auto when = QDateTime::fromString(typed.simplified(), QLatin1String(kTyped));
    return when.isValid() ? when.toUTC().toString(Qt::ISODate) : QString();
}

QVariantList GuestWords::compare(const QVariantMap& before, const QVariantMap& after) const {
    const std::map<std::string_view, QString> titles{
        {"topic", tr("Topic")}, {"questions", tr("Questions")}, {"format", tr("Format")}, {"when", tr("Time")},
        {"length_minutes", tr("Minutes")}, {"language", tr("Language")}, {"audience_cap", tr("Audience at most")},
        {"recording", tr("Recording")}, {"stage", tr("Also on stage")}, {"excluded", tr("Excluded topics")}};
    const auto old = termsOf(before);
    const auto now = termsOf(after);
    std::map<std::string, api::TermsChange> changes;
    if (!before.isEmpty())
        for (auto& change : api::termsDifference(old, now)) changes[change.field] = change;
    const auto lines = [this](std::string_view field, const std::vector<std::string>& entries) {
        QStringList list;
        for (const auto& entry : entries)
            list << (field == "when" ? typedOf(text(entry)) : field == "audience_cap" && entry == "0" ? tr("no limit") : text(entry));
        return list.join(QLatin1Char('\n'));
    };
    QVariantList rows;
    for (const auto field : api::kTermsFields) {
        const auto change = changes.find(std::string(field));
        const bool changed = change != changes.end();
        rows << QVariantMap{{QStringLiteral("field"), QString::fromLatin1(field.data(), static_cast<qsizetype>(field.size()))},
                            {QStringLiteral("title"), titles.at(field)},
                            {QStringLiteral("before"), before.isEmpty() ? QString() : lines(field, api::termsField(old, field))},
                            {QStringLiteral("after"), lines(field, api::termsField(now, field))},
                            {QStringLiteral("changed"), changed},
                            {QStringLiteral("removed"), changed ? lines(field, change->second.removed) : QString()},
                            {QStringLiteral("added"), changed ? lines(field, change->second.added) : QString()}};
    }
    return rows;
}

QString GuestWords::verifiedWords(const QString& verified) const {
    if (verified == QLatin1String("compared")) return tr("Verified guest: a host compared the safety code over another channel");
    if (verified == QLatin1String("code")) return tr("Guest: came with the claim code that was given privately");
    if (verified == QLatin1String("link")) return tr("Guest: came with the guest's own link");
    return tr("Nobody has taken the guest's seat yet");
}

QString GuestWords::stateWords(const QString& state) const {
    static const std::map<QString, const char*> words{
        {"draft", QT_TR_NOOP("Draft")}, {"sent", QT_TR_NOOP("Invited")}, {"opened", QT_TR_NOOP("Has looked at it")},
        {"asked", QT_TR_NOOP("Asks for details")}, {"countered", QT_TR_NOOP("Changes proposed")}, {"held", QT_TR_NOOP("Asks for time")},
        {"accepted", QT_TR_NOOP("Accepted, to be signed")}, {"agreed", QT_TR_NOOP("Agreed")}, {"declined", QT_TR_NOOP("Declined")},
        {"expired", QT_TR_NOOP("Expired")}, {"revoked", QT_TR_NOOP("Taken back")}};
    const auto found = words.find(state);
    return found == words.end() ? state : tr(found->second);
}

QString GuestWords::actWords(const QString& act, const QString& by) const {
    static const std::map<QString, const char*> words{
        {"ask", QT_TR_NOOP("asks")}, {"counter", QT_TR_NOOP("proposes changes")}, {"hold", QT_TR_NOOP("asks for time")},
        {"accept", QT_TR_NOOP("accepts")}, {"decline", QT_TR_NOOP("declines")}, {"sign", QT_TR_NOOP("signs")}, {"send", QT_TR_NOOP("invites")}, {"schedule", QT_TR_NOOP("about the date")}};
    const auto found = words.find(act);
    const auto verb = found == words.end() ? act : tr(found->second);
    return by == QLatin1String("delegate") ? tr("%1, on the guest's behalf").arg(verb) : verb;
}

void GuestWords::sign(const QVariantMap& view, int version, const QJSValue& done) const {
    m_house.signTerms(QString::fromUtf8(QJsonDocument(QJsonObject::fromVariantMap(view)).toJson(QJsonDocument::Compact)), version, done);
}

}  // namespace parlour::ui
