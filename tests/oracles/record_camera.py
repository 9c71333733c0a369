"""Records what OpenCV makes of small pictures under a moving camera, for tests/image: python tests/oracles/record_camera.py [OUT]

`camera.txt` has a line per case: width, height, zoom, turn, pan x, pan y, centre x, centre y, then the six numbers of
the inverse of getRotationMatrix2D with the pan behind it, then warpAffine's red channel of `picture`, row by row.
`space.txt` has a line per case of a step through space at one depth: width, height, depth, zoom, turn, pan x, pan y, centre x,
centre y, forward, yaw, pitch, flip x, y, z, angle of view; the nine numbers of OpenCV's matrices of the looking (a
rotation by Rodrigues), of the flip (getPerspectiveTransform of a page's corners) and of the whole step, which is made
of 64 small ones; then warpPerspective's red channel. `sharpen.txt` has width, height, amount and the red channel of OpenCV's unsharp mask, in the same way.
Needs opencv-python-headless, which nothing else here does.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

OUT = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "image" / "data"

# Width, height, zoom, turn in degrees clockwise, pan and centre in widths and heights.
CAMERAS = [
    (24, 16, 1.05, 0, 0, 0, 0.5, 0.5),
    (24, 16, 0.9, 0, 0, 0, 0.5, 0.5),
    (23, 17, 1, 3, 0, 0, 0.5, 0.5),
    (24, 16, 1, 0, 0.03, -0.05, 0.5, 0.5),
    (25, 15, 1.03, -2.5, 0.01, 0.02, 0.25, 0.8),
    (16, 24, 1.7, 40, -0.2, 0.1, 0.9, 0.1),
]
# Width, height, depth, a step as above, then forward, yaw, pitch, flips in degrees, angle of view in degrees.
SPACES = [
    (24, 16, 1, 1, 0, 0, 0, 0.5, 0.5, 0.05, 0, 0, 0, 0, 0, 70),
    (24, 16, 2, 1, 0, 0.04, -0.02, 0.5, 0.5, 0.2, 0, 0, 0, 0, 0, 70),
    (24, 16, 1, 1, 0, 0, 0, 0.5, 0.5, 0, 3, -2, 0, 0, 0, 70),
    (23, 17, 1, 1, 0, 0, 0, 0.5, 0.5, 0, 0, 0, 4, 0, 0, 53),
    (23, 17, 1, 1, 0, 0, 0, 0.5, 0.5, 0, 0, 0, 0, -6, 5, 53),
    (25, 15, 1.5, 1.03, -2.5, 0.02, 0.03, 0.25, 0.8, 0.1, -4, 3, 5, 2, -3, 100),
]
AMOUNTS = [0.1, 0.5, 2.0]


def picture(width, height):
    """Smooth, since OpenCV finds places in steps of 1/32 pixel; the test makes the same one."""
    y, x = np.mgrid[0:height, 0:width]
    return (10 + (x * x + 2 * x * y) // 8 + 5 * y).astype(np.uint8)


def before(case):
    width, height, zoom, turn, pan_x, pan_y, centre_x, centre_y = case
    centre = (width * centre_x - 0.5, height * centre_y - 0.5)
    forward = cv2.getRotationMatrix2D(centre, -turn, zoom)
    forward[:, 2] += [pan_x * width, pan_y * height]
    return cv2.invertAffineTransform(forward)


def of_pixels(matrix, width, height):
    """From places from the middle to pixels."""
    shift = np.array([[1, 0, (width - 1) / 2], [0, 1, (height - 1) / 2], [0, 0, 1]])
    made = shift @ matrix @ np.linalg.inv(shift)
    return made / made[2, 2]


def look(yaw, pitch, fov, width):
    """A camera's rotation between its inverse matrix and its matrix; OpenCV's camera has x right, y down and z ahead."""
    focal = width / 2 / np.tan(np.radians(fov) / 2)
    camera = np.diag([focal, focal, 1.0])
    right, _ = cv2.Rodrigues(np.array([0, -np.radians(yaw), 0]))
    up, _ = cv2.Rodrigues(np.array([-np.radians(pitch), 0, 0]))
    return camera @ up @ right @ np.linalg.inv(camera)


def flip(x, y, z, fov, width, height):
    """Deforum's: the corners of a page that is turned about its middle, seen by a camera with that angle across its diagonal."""
    half = np.radians(fov / 2)
    diagonal = np.hypot(width, height)
    side, distance = diagonal / np.cos(half), diagonal / (2 * np.sin(half))
    near, far = distance - diagonal / 2, distance + diagonal / 2
    a, b, c = np.radians([x, y, z])
    about_x = np.array([[1, 0, 0, 0], [0, np.cos(a), -np.sin(a), 0], [0, np.sin(a), np.cos(a), 0], [0, 0, 0, 1]])
    about_y = np.array([[np.cos(b), 0, np.sin(b), 0], [0, 1, 0, 0], [-np.sin(b), 0, np.cos(b), 0], [0, 0, 0, 1]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0, 0], [np.sin(c), np.cos(c), 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    back = np.eye(4)
    back[2, 3] = -distance
    lens = np.diag([1 / np.tan(half), 1 / np.tan(half), -(far + near) / (far - near), 0])
    lens[2, 3], lens[3, 2] = -2 * far * near / (far - near), -1
    corners = np.array([[-1, 1], [1, 1], [1, -1], [-1, -1]]) * np.array([width / 2, height / 2])
    seen = (lens @ back @ about_x @ about_y @ about_z @ np.c_[corners, np.zeros(4), np.ones(4)].T).T
    seen = seen[:, :2] / seen[:, 3:]
    placed = (seen + 1) * side / 2 - side / 2
    return cv2.getPerspectiveTransform(corners.astype(np.float32), placed.astype(np.float32)), corners, placed


def exactly(corners, placed):
    """getPerspectiveTransform's eight equations in double precision: it takes single, which is short of 1e-6."""
    rows, right = [], []
    for (x, y), (u, v) in zip(corners, placed):
        rows += [[x, y, 1, 0, 0, 0, -x * u, -y * u], [0, 0, 0, x, y, 1, -x * v, -y * v]]
        right += [[u], [v]]
    return np.append(cv2.solve(np.array(rows), np.array(right), flags=cv2.DECOMP_LU)[1].ravel(), 1).reshape(3, 3)


def through_space(case):
    """The looking, the flip and the whole step, from the middle."""
    width, height, depth, zoom, turn, pan_x, pan_y, centre_x, centre_y, forward, yaw, pitch, x, y, z, fov = case
    parts = 64
    page, corners, placed = flip(x, y, z, fov, width, height)
    assert np.allclose(page, exactly(corners, placed), atol=1e-4)
    whole_flip = exactly(corners, placed)
    stretch = zoom * np.exp(1j * np.radians(turn))
    part = stretch ** (1 / parts)
    centre = (centre_x - 0.5) * width + 1j * (centre_y - 0.5) * height
    pan = (pan_x * width + 1j * pan_y * height) / depth
    moved = (1 - part) * centre + (pan / parts if stretch == 1 else pan * (1 - part) / (1 - stretch))
    plane = np.array([[part.real, -part.imag, moved.real], [part.imag, part.real, moved.imag], [0, 0, 1]])
    nearer = np.diag([np.exp(forward / depth / parts)] * 2 + [1.0])
    small_flip = exactly(*flip(x / parts, y / parts, z / parts, fov, width, height)[1:])
    small = small_flip @ look(yaw / parts, pitch / parts, fov, width) @ nearer @ plane
    whole = np.linalg.matrix_power(small, parts)
    return [of_pixels(each, width, height) for each in (look(yaw, pitch, fov, width), whole_flip, whole)]


def text(values):
    return " ".join(repr(float(value)) if isinstance(value, float) else str(value) for value in values)


def main():
    lines = []
    for case in CAMERAS:
        matrix = before(case)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        source = picture(case[0], case[1]).astype(np.float64)
        moved = cv2.warpAffine(source, matrix, case[:2], flags=flags, borderMode=cv2.BORDER_REFLECT_101)
        lines.append(text([*map(float, case), *map(float, matrix.ravel()), *np.rint(moved).astype(int).ravel()]))
    (OUT / "camera.txt").write_text("\n".join(lines) + "\n")
    lines = []
    for case in SPACES:
        matrices = through_space(case)
        source = picture(case[0], case[1]).astype(np.float64)
        moved = cv2.warpPerspective(source, matrices[2], case[:2], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        numbers = [float(value) for matrix in matrices for value in matrix.ravel()]
        lines.append(text([*map(float, case), *numbers, *np.rint(moved).astype(int).ravel()]))
    (OUT / "space.txt").write_text("\n".join(lines) + "\n")
    lines = []
    for amount in AMOUNTS:
        source = picture(24, 16)
        blurred = cv2.GaussianBlur(source.astype(np.float64), (5, 5), 1, borderType=cv2.BORDER_REFLECT_101)
        sharp = np.clip(np.rint(source * (1 + amount) - amount * blurred), 0, 255).astype(int)
        lines.append(text([24.0, 16.0, float(amount), *sharp.ravel()]))
    (OUT / "sharpen.txt").write_text("\n".join(lines) + "\n")
    print(f"{len(CAMERAS)} cameras, OpenCV {cv2.__version__}")


if __name__ == "__main__":
    main()
