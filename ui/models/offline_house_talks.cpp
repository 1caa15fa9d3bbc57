// SPDX-License-Identifier: Apache-2.0
#include <QByteArray>
#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTimeZone>

#include "ui/models/offline_house.h"

namespace parlour::ui {

namespace {
std::string textOf(const QJsonObject& object) { return QJsonDocument(object).toJson(QJsonDocument::Compact).toStdString(); }
QJsonObject objectOf(const std::string& text) { return QJsonDocument::fromJson(QByteArray::fromStdString(text)).object(); }
}  // namespace

void OfflineHouse::fillTalks() {
    talks = {};
    const auto talk = [this](const char* id, const char* title, const char* details, const char* host, int inHours, int minutes,
                             const char* every, int yes) {
        const auto start = ago(-std::chrono::hours(inHours)) / 3600000 * 3600000;
        talks.append(QJsonObject{{"id", id}, {"uid", QString(id) + "@talk.example.org"}, {"title", title}, {"details", details},
            {"host", QString("id-") + host}, {"host_name", host == std::string("ana") ? "Ana Moreau" : "Marc Dubois"},
            {"start_ms", static_cast<double>(start)}, {"end_ms", static_cast<double>(start + minutes * 60000)}, {"zone", "Europe/Berlin"},
            {"wall", QDateTime::fromMSecsSinceEpoch(start, QTimeZone("Europe/Berlin")).toString("yyyy-MM-ddTHH:mm:ss")},
            {"minutes", minutes}, {"every", every}, {"room", QString("room-") + id}, {"sequence", 0}, {"state", "scheduled"},
            {"late_minutes", 0}, {"yes", yes}, {"maybe", yes / 5}, {"mine", ""}, {"editable", host == std::string("ana")},
            {"link", QString("https://talk.example.org/i/%1#k=AAAAAAAAAAAAAAAAAAAAAA").arg(id)},
            {"page", QString("https://talk.example.org/e/%1").arg(id)}, {"ics", QString("https://talk.example.org/e/%1.ics").arg(id)}});
    };
    talk("energy", "A conversation about energy, with a special guest",
         "One hour: forty minutes of conversation, twenty of questions from raised hands.", "ana", 46, 60, "", 412);
    talk("reading", "Tuesday reading circle", "We read one chapter aloud.", "marc", 50, 90, "FREQ=WEEKLY;BYDAY=TU", 18);
    talk("work", "Quiet co-working", "", "marc", 73, 120, "FREQ=DAILY", 7);
}

void OfflineHouse::addTalks() {
    const auto unknown = [] { return base::fail(base::ErrorKind::notFound, "event_unknown", "There is no such talk."); };
    const auto change = [this, unknown](auto with) {
        return [this, unknown, with](const Call& call) -> base::Result<std::string> {
            for (int i = 0; i < talks.size(); ++i) {
                auto talk = talks[i].toObject();
                if (talk["id"].toString().toStdString() != call.parts[1]) continue;
                if (!call.body.empty()) with(talk, objectOf(call.body));
                talks[i] = talk;
                return textOf(talk);
            }
            return unknown();
        };
    };
    route("GET schedule", [this](const Call&) { return textOf({{"events", talks}, {"next", ""}}); });
    route("GET schedule/*", change([](QJsonObject&, const QJsonObject&) {}));
    route("POST schedule", [this](const Call& call) -> base::Result<std::string> {
        const auto wish = objectOf(call.body);
        const auto start = QDateTime::fromString(wish["at"].toString(), Qt::ISODate);
        if (!start.isValid()) return base::fail(base::ErrorKind::invalidInput, "bad_time", "This is no day and time.", "Write it like 2026-12-01 18:00.");
        const QString id = QString("talk%1").arg(++m_serial);
        const auto ms = QDateTime(start.date(), start.time(), QTimeZone(wish["zone"].toString().toLatin1())).toMSecsSinceEpoch();
        QJsonObject talk = wish;
        talk["id"] = id;
        talk["host_name"] = QString::fromStdString(me.name);
        talk["start_ms"] = static_cast<double>(ms);
        talk["end_ms"] = static_cast<double>(ms + wish["minutes"].toInt() * 60000);
        talk["wall"] = wish["at"].toString();
        talk["state"] = "scheduled";
        talk["editable"] = true;
        talk["link"] = QString("https://talk.example.org/i/%1#k=AAAAAAAAAAAAAAAAAAAAAA").arg(id);
        talks.prepend(talk);
        return textOf({{"id", id}, {"link", talk["link"]}, {"ics", QString("https://talk.example.org/e/%1.ics").arg(id)}});
    });
    route("POST schedule/*/update", change([](QJsonObject& talk, const QJsonObject& wish) {
        for (const auto& key : {"title", "details", "minutes"})
            if (wish.contains(QLatin1String(key))) talk[QLatin1String(key)] = wish[QLatin1String(key)];
    }));
    route("POST schedule/*/move", change([](QJsonObject& talk, const QJsonObject& wish) {
        talk["wall"] = wish["at"];
        talk["sequence"] = talk["sequence"].toInt() + 1;
    }));
    route("POST schedule/*/cancel", change([](QJsonObject& talk, const QJsonObject&) { talk["state"] = "cancelled"; }));
    route("POST schedule/*/late", change([](QJsonObject& talk, const QJsonObject& wish) { talk["late_minutes"] = wish["minutes"]; }));
    route("POST schedule/*/vote", change([](QJsonObject&, const QJsonObject&) {}));
    route("POST schedule/*/remind", change([](QJsonObject& talk, const QJsonObject& wish) { talk["reminder"] = wish["on"].toBool(true); }));
    route("POST schedule/*/rsvp", change([](QJsonObject& talk, const QJsonObject& wish) {
        if (talk["mine"].toString() == "yes") talk["yes"] = talk["yes"].toInt() - 1;
        talk["mine"] = wish["answer"];
        if (talk["mine"].toString() == "yes") talk["yes"] = talk["yes"].toInt() + 1;
    }));
    route("POST feed", [](const Call&) { return textOf({{"url", "https://talk.example.org/feed/AAAAAAAAAAAAAAAAAAAAAA.ics"}}); });
}

}  // namespace parlour::ui
