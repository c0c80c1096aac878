"""Results as frames of pandas, which is imported when one is asked for."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas


def data_frame(columns: Iterable[tuple[str, object]]) -> "pandas.DataFrame":
    """A frame of named columns, of which several may have one name.

    Raises:
        ImportError: If there is no pandas.
    """
    named = list(columns)
    frame = _pandas().DataFrame({rank: column for rank, (_, column) in enumerate(named)})
    frame.columns = [name for name, _ in named]
    return frame


def categories(codes: NDArray[np.int64], names: Sequence[str]) -> object:
    """A column of names, by their indices; it knows those that do not occur, too.

    Raises:
        ImportError: If there is no pandas.
    """
    return _pandas().Categorical.from_codes(codes, categories=list(names))


def _pandas() -> Any:  # noqa: ANN401  (a module)
    try:
        import pandas  # noqa: PLC0415  (no requirement of scmc's)
    except ImportError as error:
        raise ImportError("a data frame needs pandas: `pip install pandas`") from error
    return pandas
