"""HEALPix pixels in the nested scheme: where they are, and which one is where.

A pixel is its order and its index; the sky has ``12 * 4**order`` pixels of one order, and the four
parts of pixel ``i`` are the pixels ``4 i`` to ``4 i + 3`` of the next order.
"""

from __future__ import annotations

from math import cos, floor, pi, radians, sin, sqrt

__all__ = ["MAX_ORDER", "Vector", "area", "center", "pixel_of", "uniq"]

Vector = tuple[float, float, float]

MAX_ORDER = 29  # beyond, the numbers of pixels do not fit into 64 bits

_FACE_RING = (2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4)
_FACE_LONGITUDE = (1, 3, 5, 7, 0, 2, 4, 6, 1, 3, 5, 7)
_EVEN_BITS = (
    (1, 0x3333333333333333),
    (2, 0x0F0F0F0F0F0F0F0F),
    (4, 0x00FF00FF00FF00FF),
    (8, 0x0000FFFF0000FFFF),
    (16, 0x00000000FFFFFFFF),
)


def area(order: int) -> float:
    """Give the area of each pixel of an order [sr]."""
    return float(4 * pi / 12 / 4**order)


def uniq(order: int, index: int) -> int:
    """Give the one number that stands for order and index."""
    return int(4 * 4**order + index)


def center(order: int, index: int) -> Vector:
    """Give the unit vector towards the centre of a pixel."""
    side = 1 << order
    face, within = index >> 2 * order, index & (side * side - 1)
    x, y = (_odd_out(within) + 0.5) / side, (_odd_out(within >> 1) + 0.5) / side
    # Distance from the north pole, and along the ring, in units of the side of a face.
    down = _FACE_RING[face] - x - y
    if down < 1:
        ring, from_pole = down, down * down / 3
        z = 1 - from_pole
    elif down > 3:
        ring, from_pole = 4 - down, (4 - down) ** 2 / 3
        z = from_pole - 1
    else:
        ring, z = 1.0, (2 - down) * 2 / 3
        from_pole = 1 - abs(z)
    across = sqrt(from_pole * (2 - from_pole))  # exact also close to a pole, where z is not
    angle = pi / 4 * (_FACE_LONGITUDE[face] + (x - y) / ring)
    return across * cos(angle), across * sin(angle), z


def pixel_of(order: int, ra: float, dec: float) -> int:
    """Give the index of the pixel of an order in which a position is [deg]."""
    z, across = sin(radians(dec)), cos(radians(dec))
    along = ra % 360 / 90
    if abs(z) <= 2 / 3:
        up, right = along + 0.5 - 0.75 * z, along + 0.5 + 0.75 * z
        face_up, face_right = floor(up), floor(right)
        if face_up == face_right:
            face = 4 + face_up % 4
        elif face_up < face_right:
            face = face_up % 4
        else:
            face = 8 + face_right % 4
        i, j = right - face_right, 1 - (up - face_up)
    else:
        quarter = min(int(along), 3)
        ring = sqrt(3 / (1 + abs(z))) * across
        up, right = (along - quarter) * ring, (1 - along + quarter) * ring
        face, i, j = (quarter, 1 - right, 1 - up) if z > 0 else (quarter + 8, up, right)
    side = 1 << order
    columns = [min(max(int(part * side), 0), side - 1) for part in (i, j)]
    return (face << 2 * order) + _spread(columns[0]) + 2 * _spread(columns[1])


def _odd_out(bits: int) -> int:
    """Put every second bit together, beginning with the lowest."""
    bits &= 0x5555555555555555
    for shift, mask in _EVEN_BITS:
        bits = (bits | bits >> shift) & mask
    return bits


def _spread(bits: int) -> int:
    """Put a zero before every bit."""
    return int(f"{bits:b}", 4)
