// SPDX-License-Identifier: Apache-2.0
#include "ui/models/share_model.h"

#include <QDesktopServices>
#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QUrlQuery>

#include "core/api/name_list.h"

namespace parlour::ui {

namespace {
/// Encoded whole: a secret after "#" must not become the composer's own fragment.
QUrl address(const QString& base, std::initializer_list<std::pair<const char*, QString>> values) {
    QString text = base;
    QChar mark = QLatin1Char('?');
    for (const auto& [name, value] : values) {
        text += mark + QLatin1String(name) + QLatin1Char('=') + QString::fromLatin1(QUrl::toPercentEncoding(value));
        mark = QLatin1Char('&');
    }
    return QUrl(text, QUrl::StrictMode);
}
}  // namespace

QVariantList ShareModel::composers() const {
    const auto one = [](const char* key, const char* title) {
        return QVariantMap{{QStringLiteral("key"), QLatin1String(key)}, {QStringLiteral("title"), QLatin1String(title)}};
    };
    return {one("x", "X"), one("mastodon", "Mastodon"), one("bluesky", "Bluesky"), one("telegram", "Telegram"),
            one("whatsapp", "WhatsApp"), one("linkedin", "LinkedIn"), one("reddit", "Reddit")};
}

QString ShareModel::words(const QString& title, const QString& when, const QString& message, const QString& link) const {
    QStringList lines;
    for (const auto& line : {title, when, message, link})
        if (!line.trimmed().isEmpty()) lines << line.trimmed();
    return lines.join(QLatin1Char('\n'));
}

QUrl ShareModel::composer(const QString& key, const QString& title, const QString& words, const QString& link,
                          const QString& instance) const {
    // The words end with the link; sites with a field of its own get them without.
    QString alone = words;
    if (!link.isEmpty()) alone = alone.remove(link).trimmed();
    if (key == QLatin1String("mail")) return address(QStringLiteral("mailto:"), {{"subject", title}, {"body", words}});
    if (key == QLatin1String("x")) return address(QStringLiteral("https://x.com/intent/post"), {{"text", alone}, {"url", link}});
    if (key == QLatin1String("bluesky")) return address(QStringLiteral("https://bsky.app/intent/compose"), {{"text", words}});
    if (key == QLatin1String("telegram")) return address(QStringLiteral("https://t.me/share/url"), {{"url", link}, {"text", alone}});
    if (key == QLatin1String("whatsapp")) return address(QStringLiteral("https://wa.me/"), {{"text", words}});
    if (key == QLatin1String("linkedin")) return address(QStringLiteral("https://www.linkedin.com/sharing/share-offsite/"), {{"url", link}});
    if (key == QLatin1String("reddit")) return address(QStringLiteral("https://www.reddit.com/submit"), {{"url", link}, {"title", title}});
    if (key == QLatin1String("mastodon")) {
        static const QRegularExpression host(QStringLiteral("^[a-z0-9.-]+\\.[a-z]{2,}$"), QRegularExpression::CaseInsensitiveOption);
        const auto where = instance.trimmed().isEmpty() ? QStringLiteral("mastodon.social") : instance.trimmed();
        if (!host.match(where).hasMatch()) return {};
        return address(QStringLiteral("https://%1/share").arg(where.toLower()), {{"text", words}});
    }
    return {};
}

bool ShareModel::compose(const QString& key, const QString& title, const QString& words, const QString& link,
                         const QString& instance) const {
    const auto url = composer(key, title, words, link, instance);
    return url.isValid() && QDesktopServices::openUrl(url);
}

bool ShareModel::openCalendar(const QString& address) const {
    const QUrl url(address, QUrl::StrictMode);
    return url.isValid() && (url.scheme() == QLatin1String("https") || url.scheme() == QLatin1String("http")) && QDesktopServices::openUrl(url);
}

QString ShareModel::freeDownload(const QString& stem, const QString& ending) const {
    const auto folder = QStandardPaths::writableLocation(QStandardPaths::DownloadLocation);
    QDir().mkpath(folder);
    QString name = stem.simplified().left(60);
    for (auto& letter : name)
        if (!letter.isLetterOrNumber() && letter != QLatin1Char(' ') && letter != QLatin1Char('-')) letter = QLatin1Char('-');
    auto path = QStringLiteral("%1/%2.%3").arg(folder, name, ending);
    for (int n = 2; QFile::exists(path); ++n) path = QStringLiteral("%1/%2 (%3).%4").arg(folder, name).arg(n).arg(ending);
    return path;
}

QVariantMap ShareModel::names(const QString& pasted) const {
    const auto list = api::parseNameList(pasted.toStdString());
    QStringList names;
    if (list)
        for (const auto& name : *list) names << QString::fromStdString(name);
    return {{QStringLiteral("names"), names},
            {QStringLiteral("problem"), list ? QString() : QString::fromStdString(list.error().message + " " + list.error().advice)}};
}

}  // namespace parlour::ui
