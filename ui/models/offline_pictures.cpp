// SPDX-License-Identifier: Apache-2.0
// Pictures of the people of the offline twin, painted as they are needed.
#include <QBuffer>
#include <QColor>
#include <QImage>
#include <QLinearGradient>
#include <QPainter>
#include <functional>

#include "ui/models/offline_house.h"

namespace parlour::ui {

std::int64_t OfflineHouse::paint(const std::string& id) {
    constexpr int kSide = 256;
    const int hue = static_cast<int>(std::hash<std::string>()(id) % 360);
    QImage image(kSide, kSide, QImage::Format_RGB32);
    QPainter painter(&image);
    QLinearGradient sky(0, 0, 0, kSide);
    sky.setColorAt(0, QColor::fromHsv(hue, 90, 235));
    sky.setColorAt(1, QColor::fromHsv((hue + 40) % 360, 140, 190));
    painter.fillRect(image.rect(), sky);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor::fromHsv((hue + 180) % 360, 60, 90));
    painter.drawEllipse(QPointF(128, 105), 48, 52);
    painter.drawEllipse(QPointF(128, 260), 96, 90);
    painter.end();
    QByteArray bytes;
    QBuffer out(&bytes);
    out.open(QIODevice::WriteOnly);
    image.save(&out, "jpeg", 85);
    pictures[id] = bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals).toStdString();
    return ago(std::chrono::hours(24));
}

void OfflineHouse::fillPictures() {
    for (std::size_t i = 0; i < members.size(); i += 2) profiles[members[i].id.str()].pictureMs = members[i].pictureMs = paint(members[i].id.str());
}

}  // namespace parlour::ui
