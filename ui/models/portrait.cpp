// SPDX-License-Identifier: Apache-2.0
#include "ui/models/portrait.h"

#include <QBuffer>
#include <QFile>
#include <QPainter>
#include <QPainterPath>
#include <QQmlEngine>
#include <algorithm>

#include "core/api/people_types.h"
#include "ui/models/app_model.h"
#include "ui/models/picture_cache.h"

namespace parlour::ui {

namespace {
constexpr qint64 kMaxSent = api::kMaxPictureBytes;
constexpr qint64 kMaxRead = 40 * 1024 * 1024;   // of a file that is made smaller first
constexpr int kMaxSide = 4096;
constexpr int kSmallSide = 1024;
constexpr int kDrawnSide = 512;
constexpr int kPauseMs = 120;   // fast scrolling passes more rows than anybody looks at

}  // namespace

Portrait::Portrait(QQuickItem* parent) : QQuickPaintedItem(parent) {
    setAntialiasing(true);
    m_pause.setSingleShot(true);
    m_pause.setInterval(kPauseMs);
    connect(this, &Portrait::wanted, this, [this] {
        if (isComponentComplete()) ask();
    });
    connect(this, &Portrait::cornerChanged, this, [this] { update(); });
    connect(&m_pause, &QTimer::timeout, this, [this] {
        auto* model = app();
        if (!model) return;
        auto* house = m_inRoom ? model->roomHouse() : model->house();
        const auto key = PictureCache::keyOf(*house, m_identity, m_stamp);
        PictureCache::ofApp().want(*house, m_identity, key, this, [this, key](const QImage& image) {
            auto* now = app();
            if (now && key == PictureCache::keyOf(*(m_inRoom ? now->roomHouse() : now->house()), m_identity, m_stamp) && m_file.isEmpty()) put(image);
        });
    });
}

AppModel* Portrait::app() const {
    const auto* engine = qmlEngine(this);
    return engine ? engine->property("parlourApp").value<AppModel*>() : nullptr;
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
    m_pause.stop();
    if (!m_file.isEmpty()) {
        QFile file(m_file);
        return put(file.open(QIODevice::ReadOnly) && file.size() <= kMaxRead ? decodedPicture(file.readAll(), kDrawnSide) : QImage());
    }
    auto* model = app();
    if (!model || m_identity.isEmpty() || m_stamp <= 0) return put({});
    put(PictureCache::ofApp().find(PictureCache::keyOf(*(m_inRoom ? model->roomHouse() : model->house()), m_identity, m_stamp)));
    if (m_image.isNull()) m_pause.start();
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
    if (!pictureKind(bytes)) return problem(tr("This is no PNG, JPEG or WebP picture. Save it as one of these and choose that."));
    QSize whole;
    auto image = decodedPicture(bytes, kSmallSide, &whole);
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
