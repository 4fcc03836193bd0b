"""How much a message may carry, and how much of a file is read. No Django: the reader uses it too."""

MOST_FILES = 10  # a message
MOST_MEGABYTES = 20  # a file
MOST_BYTES = MOST_MEGABYTES * 1024 * 1024
MOST_ROWS = 30  # a message, with those that were refused and still stand in the list
PART_BYTES = 512 * 1024  # the piece a browser sends at a time
LONGEST_NAME = 120  # characters, the extension included

MOST_PICTURES = 20  # pages of a PDF that are shown; the text of all is read
PICTURE_WIDTH = 1000  # pixels of a page's picture
PICTURE_HEIGHT = 3000
MOST_TEXT = 300_000  # characters that are kept of what could be read

MOST_PIXELS = 80_000_000  # an image: three times what a phone takes
LONGEST_SIDE = 2400  # pixels of an image as it is sent on

MOST_ENTRIES = 5_000  # of an Office file, which is a ZIP
MOST_UNPACKED = 200 * 1024 * 1024
MOST_XML = 60 * 1024 * 1024  # of it, the parts that are read
MOST_RATIO = 200  # unpacked to packed, of an entry beyond RATIO_FROM
RATIO_FROM = 1024 * 1024
