// SPDX-License-Identifier: Apache-2.0
#include "ui/models/portrait.h"

#include <QBuffer>
#include <QFile>
#include <QImageReader>
#include <QPainter>
#include <QPainterPath>
#include <QQmlEngine>
#include <algorithm>

#include "core/api/people_types.h"
#include "ui/models/app_model.h"

namespace parlour::ui {

namespace {
constexpr qint64 kMaxSent = api::kMaxPictureBytes;
constexpr qint64 kMaxRead = 40 * 1024 * 1024;   // of a file that is made smaller first
constexpr int kMaxSide = 4096;
constexpr int kSmallSide = 1024;
constexpr int kDrawnSide = 512;

/// By its first bytes, whatever the file is called.
const char* kindOf(const QByteArray& bytes) {
    if (bytes.startsWith("\x89PNG\r\n\x1a\n")) return "png";
    if (bytes.startsWith("\xff\xd8\xff")) return "jpeg";
    if (bytes.startsWith("RIFF") && bytes.mid(8, 4) == "WEBP") return "webp";
    return nullptr;
}

QImage decoded(const QByteArray& bytes, int side, QSize* whole = nullptr) {
    QBuffer buffer;
    buffer.setData(bytes);
    buffer.open(QIODevice::ReadOnly);
    QImageReader reader(&buffer, kindOf(bytes));
    reader.setAutoTransform(true);
    const auto size = reader.size();
    if (whole) *whole = size;
    if (size.isValid() && std::max(size.width(), size.height()) > side) reader.setScaledSize(size.scaled(side, side, Qt::KeepAspectRatio));
    return reader.read();
}
}  // namespace

Portrait::Portrait(QQuickItem* parent) : QQuickPaintedItem(parent) {
    setAntialiasing(true);
    connect(this, &Portrait::wanted, this, [this] {
        if (isComponentComplete()) ask();
    });
    connect(this, &Portrait::cornerChanged, this, [this] { update(); });
}

void Portrait::componentComplete() {
    QQuickPaintedItem::componentComplete();
    ask();
}

void Portrait::put(QImage image) {
    const bool before = shown();
    m_image = std::move(image);
    update();
    if (before != shown()) emit shownChanged();
}

void Portrait::ask() {
    static QCache<QString, QImage> cache(200);   // pictures, 256 x 256 each
    const int round = ++m_round;
    if (!m_file.isEmpty()) {
        QFile file(m_file);
        return put(file.open(QIODevice::ReadOnly) && file.size() <= kMaxRead ? decoded(file.readAll(), kDrawnSide) : QImage());
    }
    const auto* engine = qmlEngine(this);
    auto* app = engine ? engine->property("parlourApp").value<AppModel*>() : nullptr;
    if (!app || m_identity.isEmpty() || m_stamp <= 0) return put({});
    auto* house = app->house();
    const auto key = house->server() + QLatin1Char(' ') + m_identity + QLatin1Char(' ') + QString::number(m_stamp, 'f', 0);
    if (const auto* known = cache.object(key)) return put(*known);
    put({});
    house->ask(QStringLiteral("/people/%1/picture").arg(m_identity), nullptr, this, [this, round, key](base::Result<QVariantMap> answer) {
        if (!answer) return;
        const auto bytes = QByteArray::fromBase64(answer->value(QStringLiteral("data")).toString().toLatin1(), QByteArray::Base64UrlEncoding);
        auto image = kindOf(bytes) ? decoded(bytes, kDrawnSide) : QImage();
        if (image.isNull()) return;
        cache.insert(key, new QImage(image));
        if (round == m_round) put(std::move(image));
    });
}

void Portrait::paint(QPainter* painter) {
    if (m_image.isNull()) return;
    const QRectF all(0, 0, width(), height());
    QPainterPath path;
    path.addRoundedRect(all, width() * m_corner, width() * m_corner);
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setRenderHint(QPainter::SmoothPixmapTransform);
    painter->setClipPath(path);
    const int side = std::min(m_image.width(), m_image.height());
    painter->drawImage(all, m_image, QRectF((m_image.width() - side) / 2.0, (m_image.height() - side) / 2.0, side, side));
}

QVariantMap PictureFile::read(const QString& path) const {
    const auto problem = [](const QString& words) { return QVariantMap{{QStringLiteral("problem"), words}}; };
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return problem(tr("This file cannot be read."));
    if (file.size() > kMaxRead) return problem(tr("This picture is larger than 40 MB. Choose a smaller one."));
    auto bytes = file.readAll();
    if (!kindOf(bytes)) return problem(tr("This is no PNG, JPEG or WebP picture. Save it as one of these and choose that."));
    QSize whole;
    auto image = decoded(bytes, kSmallSide, &whole);
    if (bytes.size() > kMaxSent || std::max(whole.width(), whole.height()) > kMaxSide) {
        if (image.isNull()) return problem(tr("This picture is larger than 1 MB and cannot be made smaller here. Choose a smaller one."));
        bytes.clear();
        QBuffer out(&bytes);
        out.open(QIODevice::WriteOnly);
        image.convertToFormat(QImage::Format_RGB32).save(&out, "jpeg", 88);
        if (bytes.isEmpty() || bytes.size() > kMaxSent) return problem(tr("This picture is larger than 1 MB and cannot be made smaller here. Choose a smaller one."));
    }
    return {{QStringLiteral("data"), QString::fromLatin1(bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals))}};
}

}  // namespace parlour::ui
