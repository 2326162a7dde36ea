"""The root of all errors of this library."""

from __future__ import annotations


class LWiseError(Exception):
    """What this library could not do, in one sentence for a person: what happened, and what to do.

    A boundary (the shell, a page) shows the sentence of an ``LWiseError`` and nothing broader, so that any other
    exception is a mistake in the code and looks like one. The errors, each in the module that raises it::

        LWiseError
          ArchitectureError
          AttackError
          CalibrationError
          CardError
          CheckpointError
          ClassGroupsError
          ClassListError
          CourseError
          CurriculumError
          DatasetError
          DecoderEnded
          DownloadError
            HubError
          EpsilonOutOfRange
          ExecutorLost
          FamiliarityError
          FileError
          GuideUnavailable
            UnknownGuide
          ImageRejected
          JobError
          LanguageError
          LessonError
          MemberUnreadable
          NoFeatures
          NoGrid
          NoRegion
          NoStages
          NonFinite
          NotAPair
          NotCovered
          NotLocal
          NotPossible
          NotSaved
          ObjectiveError
          OutOfTurn
          Overloaded
          OwnLimitsError
          PreparerLost
          QueueFull
          RankingSessionError
          RecipeError
          RecordsError
            AnswerRefused
            CodeRefused
            CodeTaken
            EnrolmentRefused
            RecordsRefused
            RecordsUnavailable
              RecordsDamaged
            UnknownCourse
            UnknownSitting
          Refusal
          Refused
          ResponsesError
            NoRows
          RunRefused
          ScheduleError
          SimulationError
          StaticExperimentError
          StoppedByHand
          StoreUnavailable
          StudyTermsError
          Unavailable
          UnknownClass
          UnknownData
          UploadRefused
    """
