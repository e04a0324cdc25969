/** A run's id: UTC second of its creation and six random hex digits, such as `20261123T160305-3f9a2c`. Sorts by time for people; `seq` orders runs. */
export const RUN_ID_PATTERN = '^[0-9]{8}T[0-9]{6}-[0-9a-f]{6}$';
