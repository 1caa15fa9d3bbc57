// SPDX-License-Identifier: Apache-2.0
#include "ui/models/picture_cache.h"

#include <QBuffer>
#include <QImageReader>
#include <algorithm>
#include <memory>

namespace parlour::ui {

namespace {
constexpr int kSide = 256;
}

const char* pictureKind(const QByteArray& bytes) {
    if (bytes.startsWith("\x89PNG\r\n\x1a\n")) return "png";
    if (bytes.startsWith("\xff\xd8\xff")) return "jpeg";
    if (bytes.startsWith("RIFF") && bytes.mid(8, 4) == "WEBP") return "webp";
    return nullptr;
}

QImage decodedPicture(const QByteArray& bytes, int side, QSize* whole) {
    const auto* kind = pictureKind(bytes);
    if (!kind) return {};
    QBuffer buffer;
    buffer.setData(bytes);
    buffer.open(QIODevice::ReadOnly);
    QImageReader reader(&buffer, kind);
    reader.setAutoTransform(true);
    const auto size = reader.size();
    if (whole) *whole = size;
    if (size.isValid() && std::max(size.width(), size.height()) > side) reader.setScaledSize(size.scaled(side, side, Qt::KeepAspectRatio));
    return reader.read();
}

PictureCache& PictureCache::ofApp() {
    static auto* cache = new PictureCache;   // answers may come while the program ends
    return *cache;
}

QString PictureCache::keyOf(const HouseModel& house, const QString& identity, double stamp) {
    return house.server() + QLatin1Char(' ') + identity + QLatin1Char(' ') + QString::number(stamp, 'f', 0);
}

QImage PictureCache::find(const QString& key) const {
    const auto* known = m_pictures.object(key);
    return known ? *known : QImage();
}

void PictureCache::want(HouseModel& house, const QString& identity, const QString& key, QObject* who,
                        std::function<void(const QImage&)> done) {
    if (m_refused.contains(key)) return;
    if (const auto there = find(key); !there.isNull()) return done(there);   // it has come since this one looked
    auto& wish = m_wishes[key];
    wish.house = &house;
    wish.identity = identity;
    wish.waiting.push_back({who, std::move(done)});
    if (wish.waiting.size() == 1) m_line.push_back(key);
    next();
}

void PictureCache::next() {
    while (m_asking < kAtOnce && !m_line.empty()) {
        const auto key = m_line.back();
        m_line.pop_back();
        const auto wish = m_wishes.find(key);
        if (wish == m_wishes.end() || wish->asked) continue;
        const bool wanted = std::any_of(wish->waiting.begin(), wish->waiting.end(), [](const Waiting& one) { return !one.who.isNull(); });
        if (!wanted || !wish->house)
            m_wishes.erase(wish);
        else
            ask(key, *wish);
    }
}

void PictureCache::ask(const QString& key, Wish& wish) {
    wish.asked = true;
    ++m_asking;
    // The house forgets its questions when another one is chosen; the place in line comes free all the same, on any thread.
    const std::shared_ptr<void> turn(nullptr, [this, key](void*) {
        QMetaObject::invokeMethod(this, [this, key] {
            --m_asking;
            m_wishes.remove(key);
            next();
        }, Qt::QueuedConnection);
    });
    wish.house->ask(QStringLiteral("/people/%1/picture").arg(wish.identity), nullptr, this,
                    [this, key, turn](base::Result<QVariantMap> answer) { arrived(key, answer); });
}

void PictureCache::arrived(const QString& key, const base::Result<QVariantMap>& answer) {
    QImage image;
    if (answer)
        image = decodedPicture(QByteArray::fromBase64(answer->value(QStringLiteral("data")).toString().toLatin1(), QByteArray::Base64UrlEncoding), kSide);
    if (image.isNull()) {
        // A house that cannot be reached is asked again by the next row; one that says no is not.
        if (answer || answer.error().kind != base::ErrorKind::unreachable) {
            if (m_refused.size() >= kMostRefused) m_refused.clear();
            m_refused.insert(key);
        }
        return;
    }
    m_pictures.insert(key, new QImage(image), std::max(1, static_cast<int>(image.sizeInBytes() / 1024)));
    const auto waiting = std::move(m_wishes[key].waiting);
    m_wishes[key].waiting.clear();
    for (const auto& one : waiting)
        if (one.who) one.done(image);
}

}  // namespace parlour::ui
