// SPDX-License-Identifier: Apache-2.0
#include "ui/controls/icon_provider.h"

#include <QPainter>
#include <QSvgRenderer>

namespace parlour::ui {

QImage IconProvider::requestImage(const QString& id, QSize* size, const QSize& requested) {
    const auto name = id.section(QLatin1Char('/'), 0, 0);
    const QColor tint(QLatin1Char('#') + id.section(QLatin1Char('/'), 1, 1));
    const QSize wanted = requested.isValid() && !requested.isEmpty() ? requested : QSize(24, 24);
    QImage image(wanted, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    if (size) *size = wanted;

    // Names are ours and plain; anything else (a path) finds nothing.
    for (const QChar c : name)
        if (!c.isLower() && c != QLatin1Char('-')) return image;
    QSvgRenderer drawing(QStringLiteral(":/parlour/icons/%1.svg").arg(name));
    if (!drawing.isValid()) return image;
    QPainter painter(&image);
    drawing.render(&painter);
    painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
    painter.fillRect(image.rect(), tint.isValid() ? tint : QColor(Qt::black));
    return image;
}

}  // namespace parlour::ui
